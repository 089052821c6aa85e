//! Journey J13: what the program does while its window is closed.

use std::collections::BTreeMap;

use crate::view::TrayView;
use crate::{Desk, Outcome, speech};

impl Desk {
    /// Whether the program goes on when its window is closed, where there is a tray to find it in.
    pub fn goes_on(&self) -> bool {
        !self.settings().ends_with_window
    }

    /// Sets whether it does, from now on.
    ///
    /// # Errors
    /// `read_only` or `disk_full`; nothing is changed then.
    pub fn keep_goes_on(&self, goes_on: bool) -> Outcome {
        self.keep_settings(|settings| settings.ends_with_window = !goes_on)
    }

    /// What the icon in the tray says: nothing of a person, since anybody may see it.
    pub fn tray(&self) -> TrayView {
        let language = self.language();
        let waiting = self.outbox().map(|items| items.len());
        let mut values = BTreeMap::new();
        let state = match waiting {
            Err(_) => "tray-closed",
            Ok(0) => "tray-sent",
            Ok(count) => {
                values.insert("count", count.to_string());
                "tray-waits"
            }
        };
        TrayView {
            state: speech::say(language, state, None, &values),
            open: speech::text(language, "tray-open"),
            quit: speech::text(language, "tray-quit"),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Profile;
    use crate::view::Language;

    #[test]
    fn it_goes_on_unless_the_person_does_not_want_it() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        let desk = open();
        assert!(desk.goes_on());
        desk.keep_goes_on(false).unwrap();
        assert!(!desk.goes_on());
        assert!(!open().goes_on());
    }

    #[test]
    fn the_tray_speaks_every_language() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        let said = [Language::Be, Language::Ru, Language::En].map(|language| {
            desk.speak(language);
            let tray = desk.tray();
            for text in [&tray.state, &tray.open, &tray.quit] {
                assert!(!text.starts_with("tray-"), "{text}");
            }
            tray
        });
        assert_ne!(said[0].state, said[1].state);
        assert_ne!(said[1].state, said[2].state);
    }
}
