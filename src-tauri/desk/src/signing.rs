//! The card as a signer.

use std::io::Cursor;
use std::path::PathBuf;

use jiff::Timestamp;
use kabinet_pki::certificate::Certificate;
use kabinet_pki::{SignError, Signer, Time, TrustAnchors, Validation};
use kabinet_stb::Secret;
use kabinet_stb::access::EsignRights;
use kabinet_token::{CardError, Hello, Password, ReaderAddress, Session, SignHash};

use crate::pins;
use crate::problem::{Code, Problem};
use crate::{Desk, Outcome};

/// Reference of the key for signatures and key tokens: level 128, base mode, the only mandatory one.
pub(crate) const KEY: u8 = 0x01;
/// The level of that key.
pub const KEY_LEVEL: u16 = 128;

/// A key of an open card, with its certificate.
pub(crate) struct CardSigner {
    session: Session,
    key: u8,
    hash: SignHash,
    certificate: Vec<u8>,
}

impl CardSigner {
    /// Opens the card with the PIN and reads the certificate. Says what is wrong with it before
    /// anything is signed.
    pub(crate) fn open(desk: &Desk, address: &ReaderAddress, pin: Secret) -> Outcome<Self> {
        let signer = Self::of(desk.open_to_use_keys(address, pin)?, KEY)?;
        desk.remember_read(KEY, &signer.certificate);
        Ok(signer)
    }

    /// As [`CardSigner::open`], for so many signatures by the key `key` (01..03).
    pub(crate) fn open_for(
        address: &ReaderAddress,
        pin: &Secret,
        key: u8,
        count: u8,
    ) -> Outcome<Self> {
        let hello = Hello {
            eid: None,
            esign: Some(EsignRights::USE_KEYS_BASE),
            // A card counts one unless it is told otherwise.
            signatures_per_confirmation: (count > 1).then_some(count),
        };
        Self::of(pins::open_with(address, Password::Pin, pin, &hello)?, key)
    }

    fn of(mut session: Session, key: u8) -> Outcome<Self> {
        let certificate = session.read_certificate(key)?.ok_or(Code::NoCertificate)?;
        Ok(Self {
            session,
            key,
            hash: SignHash::of_key(key)?,
            certificate,
        })
    }

    /// Refuses a card of another person than `serial_number` (DG1) names: the certificate's subject
    /// carries the number of the card (STB 34.101.78, clause 6.3).
    pub(crate) fn check_holder(&self, serial_number: Option<&str>) -> Outcome {
        let certificate = Certificate::from_der(&self.certificate)?;
        let of_card = certificate.summary().subject_serial_number.as_deref();
        match (serial_number, of_card) {
            (Some(ours), Some(theirs)) if ours != theirs => Err(Code::OtherCard.into()),
            _ => Ok(()),
        }
    }
}

impl Signer for CardSigner {
    type Error = CardError;

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }

    fn sign(&mut self, hash: &[u8]) -> Result<Vec<u8>, CardError> {
        self.session.sign(self.key, self.hash, hash)
    }
}

impl Desk {
    /// The trust anchors of the package and of the person.
    pub(crate) fn anchors(&self) -> Outcome<TrustAnchors> {
        anchors_in(&self.profile.trust_dirs())
    }
}

/// The trust anchors in these folders; none where there is no such folder.
pub(crate) fn anchors_in(folders: &[PathBuf]) -> Outcome<TrustAnchors> {
    let mut anchors = TrustAnchors::default();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        let added = anchors.add_folder(folder);
        added.map_err(|error| Problem::new(Code::FileUnreadable).because(error))?;
    }
    Ok(anchors)
}

/// Now, as signatures state it.
pub(crate) fn now() -> Outcome<Time> {
    time(Timestamp::now())
}

/// That moment, as signatures state it.
pub(crate) fn time(at: Timestamp) -> Outcome<Time> {
    std::time::Duration::try_from(at.as_duration())
        .ok()
        .and_then(|since| Time::from_unix_duration(since).ok())
        .ok_or_else(|| Problem::new(Code::Internal).because("no time of a signature"))
}

/// Whether the signer's certificate has ended, and no time stamp says that it had not when it signed.
/// Whether the stamp is genuine, and what cannot be read, is the portal's to judge.
pub(crate) fn ended(cms: &[u8], now: Time) -> bool {
    let nobody = TrustAnchors::default();
    let validation = Validation::new(&nobody, now);
    let report = kabinet_pki::verify(Cursor::new(cms), None, &validation);
    report.is_ok_and(|report| {
        report.signers.iter().any(|signer| {
            let stamps = signer.time_stamps.iter().filter_map(|stamp| stamp.time);
            let moment = stamps.min().unwrap_or(now);
            let certificate = signer.certificate.as_ref();
            certificate.is_some_and(|certificate| certificate.not_after < moment)
        })
    })
}

impl From<SignError<CardError>> for Problem {
    fn from(error: SignError<CardError>) -> Self {
        let code = match error {
            SignError::Signer(error) => return error.into(),
            SignError::Io(error) => return crate::profile::file_problem(&error),
            SignError::Certificate(_) | SignError::UnsupportedKey => Code::NoCertificate,
            SignError::NotForSigning => Code::CertificateNotForSigning,
            SignError::OutsideValidity => Code::CertificateExpired,
            SignError::WrongKey => Code::SignatureFailed,
            SignError::ContentChanged => Code::FileUnreadable,
            SignError::Format(_) => Code::FileNotSignature,
            SignError::Unread(_) => Code::SignatureUnread,
            SignError::Detached => Code::SignedFileAbsent,
            SignError::OtherContent => Code::SignedFileOther,
            SignError::TooManySigners => Code::TooManySigners,
        };
        Self::new(code)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::fixtures::bee2evp;

    #[test]
    fn the_end_of_the_certificate_is_noticed() {
        let cms = bee2evp("../attached-256.p7s");
        let nobody = TrustAnchors::default();
        let validation = Validation::new(&nobody, now().unwrap());
        let report = kabinet_pki::verify(Cursor::new(&cms), None, &validation);
        let certificate = report.unwrap().signers.remove(0).certificate.unwrap();
        assert!(!ended(&cms, certificate.not_after));
        let later = certificate.not_after.unix_duration() + Duration::from_secs(1);
        assert!(ended(&cms, Time::from_unix_duration(later).unwrap()));
        assert!(!ended(b"nothing that can be read", certificate.not_after));
        // A stamp proves that it was there before.
        let stamped = bee2evp("accepted-t.p7s");
        assert!(!ended(&stamped, Time::new(2040, 1, 1, 0, 0, 0).unwrap()));
    }
}
