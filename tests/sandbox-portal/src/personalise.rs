//! Issuing: cards and trust anchors from the holders' files.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;

use crate::Problem;
use crate::authority::{Authorities, SERVICES};
use crate::files;
use crate::groups;
use crate::holder::Holder;
use crate::travel_document;
use crate::x509;

/// Passwords of every card: PIN, CAN, PUK.
pub const PASSWORDS: (&str, &str, &str) = ("123456", "654321", "0123456789");

/// As [`personalise`], with certificates that name where it is told who was revoked: `services` is
/// the address at which the portal will be served.
///
/// # Errors
/// When a file cannot be read or written.
pub fn personalise_with(data: &Path, services: &str) -> Result<(), Problem> {
    files::write(&data.join(SERVICES), services.as_bytes())?;
    personalise(data)
}

/// Writes `DATA/cards/*.json`, `DATA/trust/*.cer` and `DATA/trust/csca/*.cer`. Running it again
/// writes the same octets.
///
/// # Errors
/// When a file cannot be read or written.
pub fn personalise(data: &Path) -> Result<(), Problem> {
    let authorities = Authorities::open(data)?;
    files::write(
        &data.join("trust").join("sandbox-root.cer"),
        &authorities.x509_root()?,
    )?;
    files::write(
        &data.join("trust").join("sandbox-ca-root.cer"),
        &authorities.ca_root()?,
    )?;
    // Signatures carry the signer's certificate alone, so that this one has to be known.
    files::write(
        &data.join("trust").join("sandbox-ca-issuing.cer"),
        &authorities.ca_issuing()?,
    )?;
    let csca = data.join("trust").join("csca").join("sandbox.cer");
    files::write(&csca, travel_document::COUNTRY_SIGNER)?;
    for holder in Holder::all()? {
        let card = card_file(&authorities, &holder)?;
        let file = data.join("cards").join(format!("{}.json", holder.card));
        files::write(&file, &serde_json::to_vec_pretty(&card)?)?;
    }
    Ok(())
}

fn card_file(authorities: &Authorities, holder: &Holder) -> Result<serde_json::Value, Problem> {
    let eid: BTreeMap<String, String> = groups::encode(holder)
        .into_iter()
        .map(|(number, file)| (format!("01{number:02X}"), hex::encode_upper(file)))
        .collect();
    let name = x509::holder_name(holder);
    let esign_key = authorities.key(&format!("esign-{}", holder.card))?;
    let certificate = certificate(authorities, holder)?;
    let (from, until) = (short(&holder.issued), short(&holder.expires));
    let serial = holder.serial_number.trim_start_matches("IDCBY-");
    let card_certificate = authorities.card_certificate(&holder.card, serial, &from, &until)?;
    let card_key = authorities.key(&format!("card-{}", holder.card))?;
    let (pin, can, puk) = PASSWORDS;
    let mut card = json!({
        "name": holder.card,
        "atr": answer_to_reset(),
        "extended_length": true,
        "passwords": { "pin": pin, "can": can, "puk": puk },
        "eid": eid,
        "esign": {
            "name": hex::encode_upper(&name),
            "keys": [{
                "reference": "01",
                "private_key": hex::encode_upper(esign_key.to_secret().expose()),
                "certificate": hex::encode_upper(&certificate),
            }],
        },
        "bauth": {
            "private_key": hex::encode_upper(card_key.to_secret().expose()),
            "certificate": hex::encode_upper(&card_certificate),
            "root": hex::encode_upper(authorities.cv_root()?),
        },
    });
    if let Some(application) = travel_document::application(&holder.card) {
        card["icao"] = application;
    }
    Ok(card)
}

/// The certificate of a card's key for signatures, DER.
pub(crate) fn certificate(authorities: &Authorities, holder: &Holder) -> Result<Vec<u8>, Problem> {
    let role = if holder.nationality == "BLR" {
        x509::Role::Citizen
    } else {
        x509::Role::Foreigner
    };
    Ok(x509::issue(
        &x509::Contents {
            subject: &x509::holder_name(holder),
            key: &authorities
                .key(&format!("esign-{}", holder.card))?
                .public_key(),
            from: &format!("{}000000Z", short(&holder.issued)),
            until: &format!("{}235959Z", short(&holder.expires)),
            role,
            address: None,
            more: &[],
        },
        &x509::Issuer {
            name: &x509::root_name(),
            key: authorities.key("x509-root")?,
            services: authorities.services(),
        },
    ))
}

/// `YYMMDD` of `YYYY-MM-DD`.
fn short(date: &str) -> String {
    date.chars().filter(char::is_ascii_digit).skip(2).collect()
}

/// T=1, country code 112, command chaining and extended lengths.
fn answer_to_reset() -> String {
    let octets = [
        0x88, 0x80, 0x01, 0x80, 0x12, 0x11, 0x2F, 0x73, 0x90, 0x01, 0xC0,
    ];
    let check = octets.iter().fold(0u8, |sum, octet| sum ^ octet);
    format!("3B{}{check:02X}", hex::encode_upper(octets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x509::Certificate;

    #[test]
    fn repeats_itself_and_chains_to_the_root() {
        let folder = tempfile::tempdir().unwrap();
        personalise(folder.path()).unwrap();
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        let first = read("cards/foreigner.json");
        personalise(folder.path()).unwrap();
        assert_eq!(first, read("cards/foreigner.json"));

        let root = Certificate::parse(&read("trust/sandbox-root.cer")).unwrap();
        assert!(root.is_signed_by(&root.key));
        for holder in Holder::all().unwrap() {
            let card: serde_json::Value =
                serde_json::from_slice(&read(&format!("cards/{}.json", holder.card))).unwrap();
            let der = card["esign"]["keys"][0]["certificate"].as_str().unwrap();
            let certificate = Certificate::parse(&hex::decode(der).unwrap()).unwrap();
            assert!(certificate.is_signed_by(&root.key));
            assert!(!root.is_signed_by(&certificate.key));
            assert_eq!(certificate.issuer, root.subject);
            assert_eq!(certificate.subject_serial(), Some(holder.serial_number));
            assert!(certificate.may_sign() && !root.may_sign());
        }
    }
}
