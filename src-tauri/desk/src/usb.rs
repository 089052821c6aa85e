//! Card readers that are plugged in but that the smart card service does not list: they have no
//! driver, the driver refuses their old firmware, or they did not wake up.

use std::fs;
use std::path::Path;

use crate::problem::{Code, Problem};

/// Where Linux shows what is plugged into USB.
const DEVICES: &str = "/sys/bus/usb/devices";
/// Class of a smart card interface (USB CCID, revision 1.1, clause 4.2).
const SMART_CARD: &str = "0b";

/// The case of no reader: whether really none is there, or one that the service cannot use.
pub(crate) fn no_reader() -> Problem {
    let plugged = plugged(Path::new(DEVICES));
    if plugged.is_empty() {
        Code::NoReader.into()
    } else {
        Problem::new(Code::ReaderUnknown).because(plugged.join(", "))
    }
}

/// Vendor and product, name, version of the firmware and whether it sleeps, of each card reader.
/// Nothing where the system does not show it.
fn plugged(devices: &Path) -> Vec<String> {
    let entries = fs::read_dir(devices).into_iter().flatten().flatten();
    let mut found: Vec<String> = entries
        .map(|entry| entry.path())
        .filter(|path| attribute(path, "bInterfaceClass").as_deref() == Some(SMART_CARD))
        .filter_map(|interface| {
            // `1-2:1.0` is an interface of the device `1-2`.
            let name = interface.file_name()?.to_str()?;
            describe(&devices.join(name.split_once(':')?.0))
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

fn describe(device: &Path) -> Option<String> {
    let get = |name| attribute(device, name);
    let mut words = format!("USB {}:{}", get("idVendor")?, get("idProduct")?);
    if let Some(product) = get("product") {
        words = format!("{words} {product}");
    }
    if let Some(version) = get("bcdDevice") {
        words = format!("{words}, firmware {version}");
    }
    if get("power/runtime_status").as_deref() == Some("suspended") {
        words = format!("{words}, asleep");
    }
    Some(words)
}

fn attribute(path: &Path, name: &str) -> Option<String> {
    let text = fs::read_to_string(path.join(name)).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn readers_are_found_among_what_is_plugged_in() {
        let dir = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("{text}\n")).unwrap();
        };
        assert!(plugged(&dir.path().join("none")).is_empty());
        write("1-1/idVendor", "1d6b");
        write("1-1:1.0/bInterfaceClass", "03");
        assert!(plugged(dir.path()).is_empty());
        for (name, value) in [
            ("idVendor", "08e6"),
            ("idProduct", "3437"),
            ("product", "GemPC Twin"),
            ("bcdDevice", "0100"),
            ("power/runtime_status", "suspended"),
        ] {
            write(&format!("1-2/{name}"), value);
        }
        write("1-2:1.0/bInterfaceClass", "0b");
        write("1-2:1.1/bInterfaceClass", "0b");
        assert_eq!(
            plugged(dir.path()),
            ["USB 08e6:3437 GemPC Twin, firmware 0100, asleep"]
        );
    }
}
