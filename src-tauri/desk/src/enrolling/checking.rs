//! What a certificate is checked for before it goes to the card.

use kabinet_pki::certificate::{Certificate, is_key_hash};
use kabinet_pki::request::PersonName;
use kabinet_pki::{Evidence, Validation, Verdict, check_certificate};
use kabinet_portal::Registration;
use kabinet_records::Holder;

use super::card::{Asked, KeyPlace};
use crate::problem::{Code, Problem};
use crate::view::CertificateView;
use crate::visible::visible;
use crate::{Desk, Outcome, keys, signing};

impl Desk {
    /// Whether it is the certificate that was asked for, of that key and for the card's holder, for
    /// signatures, valid now, and issued under a trust anchor. `issuers` help to find the way up and are
    /// not trusted.
    pub(super) fn check_certificate(
        &self,
        der: &[u8],
        asked: &Asked,
        issuers: &[Vec<u8>],
        place: KeyPlace,
    ) -> Outcome<CertificateView> {
        let certificate = Certificate::from_der(der)
            .map_err(|error| Problem::new(Code::FileNotCertificate).because(error))?;
        let own = certificate.public_key();
        if !own.is_some_and(|key| is_key_hash(key, &asked.key_hash)) {
            return Err(Code::CertificateOtherKey.into());
        }
        // A name that no request can have is not what was asked for.
        let requested = asked.name.as_deref();
        let requested = requested.filter(|name| PersonName::from_der(name).is_ok());
        if requested.is_some_and(|name| !certificate.is_for(name)) {
            let subject = visible(&certificate.summary().subject);
            return Err(Problem::new(Code::CertificateOtherName).with("name", subject));
        }
        if !certificate.may_sign_documents() {
            return Err(Code::CertificateNotForSigning.into());
        }
        let anchors = self.anchors()?;
        if anchors.is_empty() {
            return Err(Code::NoTrustAnchors.into());
        }
        let mut evidence = Evidence::new();
        for issuer in issuers {
            // One that cannot be read helps nobody.
            let _ = evidence.add_certificate(issuer);
        }
        let now = signing::time(self.now())?;
        let validation = Validation {
            evidence: &evidence,
            ..Validation::new(&anchors, now)
        };
        let report = check_certificate(&certificate, &validation);
        if report.verdict != Verdict::Valid {
            let why = report.detail.unwrap_or_default();
            return Err(Problem::new(Code::CertificateUntrusted).because(why));
        }
        let summary = certificate.summary().clone();
        Ok(keys::certificate_view(place.reference, summary, self.now()))
    }

    /// The name of who signed in here, in DER, for cards that do not hold it.
    pub(super) fn name_of_holder(&self) -> Option<Vec<u8>> {
        let person = self.with_store(|store| Ok(store.person()?)).ok()??;
        person_name(&person.holder)?.to_der().ok()
    }
}

/// Name of the authority that would issue, as its certificate says.
pub(super) fn issuer(registration: &Registration) -> Outcome<String> {
    let der = registration
        .authorities
        .first()
        .ok_or(Code::PortalGarbage)?;
    let certificate = Certificate::from_der(der)
        .map_err(|error| Problem::new(Code::PortalGarbage).because(error))?;
    Ok(certificate.summary().subject.clone())
}

/// The name of a natural person from the groups of the card (STB 34.101.78, clause 7.3).
fn person_name(holder: &Holder) -> Option<PersonName> {
    let text = |names: &std::collections::BTreeMap<String, String>, language: &str| {
        names.get(language).filter(|name| !name.is_empty()).cloned()
    };
    let given = |language: &str| {
        let given = text(&holder.given_name, language)?;
        Some(match text(&holder.middle_name, language) {
            Some(middle) => format!("{given} {middle}"),
            None => given,
        })
    };
    let family = |language: &str| text(&holder.family_name, language);
    Some(PersonName {
        common_name: format!(
            "{} {}",
            text(&holder.given_name, "latin")?,
            family("latin")?
        ),
        surname: format!("{}/{}", family("be")?, family("ru")?),
        given_name: format!("{}/{}", given("be")?, given("ru")?),
        serial_number: holder.serial_number.clone()?,
        country: holder
            .nationality
            .as_deref()
            .filter(|nationality| *nationality == "BLR")
            .map(|_| "BY".to_owned())?,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_name_is_made_of_the_cards_groups() {
        let names = |be: &str, ru: &str, latin: &str| {
            BTreeMap::from(
                [("be", be), ("ru", ru), ("latin", latin)]
                    .map(|(language, name)| (language.to_owned(), name.to_owned())),
            )
        };
        let mut holder = Holder {
            serial_number: Some("IDCBY-590082394654".into()),
            given_name: names("АДАМ", "АДАМ", "ADAM"),
            family_name: names("МІЦКЕВІЧ", "МИЦКЕВИЧ", "MITSKEVICH"),
            middle_name: names("МІКАЛАЕВІЧ", "НИКОЛАЕВИЧ", ""),
            nationality: Some("BLR".into()),
            ..Holder::default()
        };
        let name = person_name(&holder).unwrap();
        assert_eq!(name.common_name, "ADAM MITSKEVICH");
        assert_eq!(name.surname, "МІЦКЕВІЧ/МИЦКЕВИЧ");
        assert_eq!(name.given_name, "АДАМ МІКАЛАЕВІЧ/АДАМ НИКОЛАЕВИЧ");
        assert!(name.is_of_card() && name.to_der().is_ok());
        // The country of somebody else's nationality is not among the groups.
        holder.nationality = Some("XXX".into());
        assert!(person_name(&holder).is_none());
    }
}
