//! Errors at the edge: a closed set of codes, each with a sentence and a remedy in three languages.
//! Libraries below the desk have error types of their own; here they become one of these cases.

use std::collections::BTreeMap;

use crate::speech;
use crate::view::{Language, ProblemTextsView, ProblemView, TextView};

/// A use case that did not succeed.
#[derive(Debug)]
pub struct Problem {
    /// Which case it is.
    pub code: Code,
    /// Tries of the password that are left, where the case has them.
    pub attempts_left: Option<u8>,
    /// Seconds that the portal asked to wait, if it did.
    pub retry_after: Option<u64>,
    /// Values for the sentence, by the name that the sentence uses.
    args: BTreeMap<&'static str, String>,
    /// The technical cause, for the log. Holds no secret and no personal data.
    cause: String,
}

impl Problem {
    /// A case without values.
    #[must_use]
    pub fn new(code: Code) -> Self {
        Self {
            code,
            attempts_left: None,
            retry_after: None,
            args: BTreeMap::new(),
            cause: String::new(),
        }
    }

    /// The same with its technical cause.
    #[must_use]
    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = cause.to_string();
        self
    }

    /// The technical cause; empty when the case says everything.
    #[must_use]
    pub fn cause(&self) -> &str {
        &self.cause
    }

    /// The same with the tries that are left.
    #[must_use]
    pub fn attempts(mut self, left: u8) -> Self {
        self.attempts_left = Some(left);
        self
    }

    /// The same with the seconds that the portal asked to wait.
    #[must_use]
    pub fn asked_to_wait(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The same with a value for the sentence.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.args.insert(name, value.into());
        self
    }

    /// The reason that the portal gave, where the case has one.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.args.get("reason").map(String::as_str)
    }

    /// Whether the same act may succeed when simply repeated.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.code,
            Code::Offline
                | Code::PortalTimeout
                | Code::PortalServer
                | Code::PortalGarbage
                | Code::ProxyScript
                | Code::CardRemoved
                | Code::CardReset
                | Code::CardTimeout
                | Code::CardProtocol
                | Code::CardInUse
                | Code::LongRefused
                | Code::ComputerSlept
                | Code::ServiceSilent
                | Code::NotLasting
                | Code::UpdateSilent
        )
    }

    /// What the window and the command line show.
    #[must_use]
    pub fn view(&self, language: Language) -> ProblemView {
        let all = Box::new(ProblemTextsView {
            message: self.in_all_languages("err"),
            remedy: self.in_all_languages("rec"),
        });
        ProblemView {
            code: self.code.name().to_owned(),
            message: all.message.in_language(language).to_owned(),
            remedy: all.remedy.in_language(language).to_owned(),
            attempts_left: self.attempts_left,
            retryable: self.is_retryable(),
            all,
        }
    }

    /// Its sentence (`err`) or its remedy (`rec`).
    fn in_all_languages(&self, kind: &str) -> TextView {
        let id = format!("{kind}-{}", self.code.name().replace('_', "-"));
        let attempts = self.attempts_left.map(u32::from);
        speech::in_all(&id, attempts, &self.args)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code.name())?;
        if !self.cause.is_empty() {
            write!(f, ": {}", self.cause)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl From<Code> for Problem {
    fn from(code: Code) -> Self {
        Self::new(code)
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])+ $variant:ident = $name:literal,)+) => {
        /// The cases, named by what the person meets.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])+ $variant,)+ }

        impl Code {
            /// Every case.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The case of that name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.name() == name)
            }

            /// Its stable name, as in JSON.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

codes! {
    /// The PC/SC service does not run.
    NoService = "no_service",
    /// The PC/SC service is not installed.
    ServiceNotInstalled = "service_not_installed",
    /// The package that we run in is shut off from the service.
    ServiceShutOff = "service_shut_off",
    /// The PC/SC service is installed, but neither runs nor is started on demand.
    ServiceNotActivated = "service_not_activated",
    /// The PC/SC service and its library are of different versions.
    ServiceVersion = "service_version",
    /// The system does not let us use it.
    ServiceDenied = "service_denied",
    /// No reader is attached, or not the one that was named.
    NoReader = "no_reader",
    /// A reader is plugged in that the service does not know.
    ReaderUnknown = "reader_unknown",
    /// The reader vanished.
    ReaderGone = "reader_gone",
    /// The reader did not do its work.
    ReaderFailed = "reader_failed",
    /// Reader or card refused a long command, and that is remembered.
    LongRefused = "long_refused",
    /// The computer slept in the middle.
    ComputerSlept = "computer_slept",
    /// The reader is empty.
    NoCard = "no_card",
    /// The card does not answer.
    CardMute = "card_mute",
    /// Another program holds the card.
    CardInUse = "card_in_use",
    /// Not a BTOK card.
    NotIdCard = "not_id_card",
    /// The card was taken out in the middle.
    CardRemoved = "card_removed",
    /// Another program reset the card.
    CardReset = "card_reset",
    /// Not six digits; the card was not asked.
    PinFormat = "pin_format",
    /// A CAN that is not six digits; the card was not asked.
    CanFormat = "can_format",
    /// A PUK that is not ten digits; the card was not asked.
    PukFormat = "puk_format",
    /// The new PIN was typed differently the second time.
    PinsDiffer = "pins_differ",
    /// Wrong PIN.
    PinWrong = "pin_wrong",
    /// Wrong CAN.
    CanWrong = "can_wrong",
    /// Wrong PUK.
    PukWrong = "puk_wrong",
    /// One attempt left; CAN first.
    PinSuspended = "pin_suspended",
    /// No attempts left.
    PinBlocked = "pin_blocked",
    /// Switched off.
    PinDeactivated = "pin_deactivated",
    /// The card refused an operation.
    CardRefused = "card_refused",
    /// The card failed inside.
    CardFailed = "card_failed",
    /// The card does not have what was asked for.
    CardUnsupported = "card_unsupported",
    /// No such key on the card.
    KeyAbsent = "key_absent",
    /// The key was destroyed.
    KeyDestroyed = "key_destroyed",
    /// The key is switched off.
    KeyDeactivated = "key_deactivated",
    /// There is such a key already.
    KeyExists = "key_exists",
    /// The card does not tell the key any more, so that nobody can certify it.
    KeyUnknown = "key_unknown",
    /// Neither card nor store have the holder's name in the form of a request.
    NameUnknown = "name_unknown",
    /// The authority refused to issue a certificate.
    EnrolmentRejected = "enrolment_rejected",
    /// The certificate is of another key than the one on the card.
    CertificateOtherKey = "certificate_other_key",
    /// The certificate is for somebody else than the card's holder.
    CertificateOtherName = "certificate_other_name",
    /// No chain from the certificate to a trust anchor holds.
    CertificateUntrusted = "certificate_untrusted",
    /// A file is no certificate.
    FileNotCertificate = "file_not_certificate",
    /// More than one ID card is in, and nobody said which.
    SeveralCards = "several_cards",
    /// The card has no travel document application.
    NoTravelDocument = "no_travel_document",
    /// The travel document does not open by CAN, only by the printed lines.
    DocumentNeedsMrz = "document_needs_mrz",
    /// Not the lines that are printed for machines; the card was not asked.
    MrzFormat = "mrz_format",
    /// A check digit in the printed lines does not fit; the card was not asked.
    MrzMistyped = "mrz_mistyped",
    /// The printed lines are not those of this card.
    MrzWrong = "mrz_wrong",
    /// The travel document opens in no way that is known.
    DocumentLocked = "document_locked",
    /// The chip could not prove that it is not a copy.
    DocumentForged = "document_forged",
    /// The travel document is not what the standard says.
    DocumentUnreadable = "document_unreadable",
    /// The card's answer is not what the standard says.
    CardProtocol = "card_protocol",
    /// The card did not accept the terminal's certificate.
    TerminalRefused = "terminal_refused",
    /// The card is too slow.
    CardTimeout = "card_timeout",
    /// The command took longer than it was given.
    TimedOut = "timed_out",
    /// The person stopped it.
    Cancelled = "cancelled",
    /// The store was closed while somebody signed in.
    ClosedMeanwhile = "closed_meanwhile",
    /// The trusted prompt was left alone for too long.
    PromptTimedOut = "prompt_timed_out",
    /// The portal cannot be reached.
    Offline = "offline",
    /// The portal was too slow.
    PortalTimeout = "portal_timeout",
    /// The portal answered with an error of its own.
    PortalServer = "portal_server",
    /// The portal's answer is not what the profile says.
    PortalGarbage = "portal_garbage",
    /// The portal refused for good.
    PortalRefused = "portal_refused",
    /// The portal has no more room for what the person sends.
    PortalFull = "portal_full",
    /// A new sign-in is needed.
    SessionExpired = "session_expired",
    /// The ID card has expired.
    DocumentExpired = "document_expired",
    /// The portal does not accept the card.
    CardInvalid = "card_invalid",
    /// A mandatory claim was not shared.
    RequiredClaimMissing = "required_claim_missing",
    /// Plain HTTP to another computer.
    InsecureAddress = "insecure_address",
    /// No portal is set.
    NoPortal = "no_portal",
    /// Nobody has signed in on this computer yet.
    NoStore = "no_store",
    /// The store needs its passphrase.
    StoreLocked = "store_locked",
    /// A new store needs a passphrase, since there is no key store.
    PassphraseNeeded = "passphrase_needed",
    /// Wrong passphrase.
    PassphraseWrong = "passphrase_wrong",
    /// Too short a passphrase.
    PassphraseShort = "passphrase_short",
    /// The store's file is damaged.
    StoreDamaged = "store_damaged",
    /// No space left.
    DiskFull = "disk_full",
    /// The folder cannot be written.
    ReadOnly = "read_only",
    /// Another copy of the app has the store open.
    SecondInstance = "second_instance",
    /// The store is of a newer version.
    StoreTooNew = "store_too_new",
    /// No such draft.
    DraftNotFound = "draft_not_found",
    /// It was changed while it was being signed.
    DraftChanged = "draft_changed",
    /// Fields were changed on two computers at once, and nobody decided yet.
    DraftUndecided = "draft_undecided",
    /// Somebody wrote in the draft on another computer after the person had decided to delete it.
    DraftWritten = "draft_written",
    /// No such procedure.
    ProcedureNotFound = "procedure_not_found",
    /// No such application.
    ApplicationNotFound = "application_not_found",
    /// Nothing such in the outbox.
    OutboxNotFound = "outbox_not_found",
    /// It was tried, and whether it arrived is not known.
    MayHaveLeft = "may_have_left",
    /// The application is decided or taken back.
    ApplicationClosed = "application_closed",
    /// No such message.
    MessageNotFound = "message_not_found",
    /// Nothing is written, or too much.
    LetterEmpty = "letter_empty",
    /// No such document, or its octets have not come yet.
    DocumentNotFound = "document_not_found",
    /// The form has errors.
    FormIncomplete = "form_incomplete",
    /// The form's version is no longer current.
    ProcedureChanged = "procedure_changed",
    /// The form has changed, and the person has not seen what was set aside.
    DraftCarried = "draft_carried",
    /// The procedure is no longer in the catalogue.
    ProcedureWithdrawn = "procedure_withdrawn",
    /// The system's key store does not give the store's key.
    NoKeyStore = "no_key_store",
    /// The card is not the one of the person who signed in.
    OtherCard = "other_card",
    /// No certificate on the card.
    NoCertificate = "no_certificate",
    /// The certificate is not valid now.
    CertificateExpired = "certificate_expired",
    /// The certificate is not for signatures.
    CertificateNotForSigning = "certificate_not_for_signing",
    /// The card's signature does not verify.
    SignatureFailed = "signature_failed",
    /// No trust anchors: no signature can be found valid.
    NoTrustAnchors = "no_trust_anchors",
    /// A file cannot be read or written.
    FileUnreadable = "file_unreadable",
    /// A file is no CMS signature.
    FileNotSignature = "file_not_signature",
    /// A signature is written in a way that is not read here, such as BER, or is beyond a bound.
    SignatureUnread = "signature_unread",
    /// A signature is beside its file, and the file was not given.
    SignedFileAbsent = "signed_file_absent",
    /// The file is another than the one that was signed.
    SignedFileOther = "signed_file_other",
    /// A signature has as many signers as it may have.
    TooManySigners = "too_many_signers",
    /// Something is already where a file was to be written.
    FileExists = "file_exists",
    /// A file is no certificate.
    CertificateUnreadable = "certificate_unreadable",
    /// Nobody was named for whom to encrypt.
    NoRecipient = "no_recipient",
    /// More recipients than one file may have.
    TooManyRecipients = "too_many_recipients",
    /// A recipient's key is of a kind that nothing can be encrypted for.
    RecipientUnfit = "recipient_unfit",
    /// A recipient's certificate is not for encryption.
    RecipientNotForEncryption = "recipient_not_for_encryption",
    /// A recipient's certificate is not valid now.
    RecipientExpired = "recipient_expired",
    /// The certificate on the card was revoked.
    CertificateRevoked = "certificate_revoked",
    /// A recipient's certificate was revoked.
    RecipientRevoked = "recipient_revoked",
    /// A file is not encrypted, or damaged.
    FileNotEncrypted = "file_not_encrypted",
    /// A file is encrypted for others.
    EncryptedForOthers = "encrypted_for_others",
    /// A file is encrypted in a way that is not known.
    EncryptionUnknown = "encryption_unknown",
    /// The key of a file's content is longer than the card opens.
    ContentKeyTooLong = "content_key_too_long",
    /// The key of a file's content does not open.
    ContentKeyDamaged = "content_key_damaged",
    /// A file is another than the one that the person was asked about.
    FileChanged = "file_changed",
    /// Too many files at a time, or none.
    TooManyFiles = "too_many_files",
    /// No time-stamping authority is set.
    NoTimeStamping = "no_time_stamping",
    /// A service of an authority does not answer.
    ServiceSilent = "service_silent",
    /// No address of a service.
    ServiceAddress = "service_address",
    /// The time-stamping authority refused, or its time stamp does not check.
    TimeStampFailed = "time_stamp_failed",
    /// Not everything is known that is needed to check the signature later.
    NotLasting = "not_lasting",
    /// The application was signed on another computer.
    SignedCopyAbsent = "signed_copy_absent",
    /// No code of a paper.
    PaperCodeUnknown = "paper_code_unknown",
    /// A code of a newer version.
    PaperCodeNewer = "paper_code_newer",
    /// Codes of different papers.
    PaperCodesMixed = "paper_codes_mixed",
    /// Not all codes of a paper.
    PaperCodesMissing = "paper_codes_missing",
    /// All codes of a paper, but what they hold is damaged.
    PaperCodesDamaged = "paper_codes_damaged",
    /// The system has nothing that shows the file.
    NoViewer = "no_viewer",
    /// No proxy's address.
    ProxyAddress = "proxy_address",
    /// The proxy wants another user or password.
    ProxyRefused = "proxy_refused",
    /// No address of a script that names proxies.
    ProxyScriptAddress = "proxy_script_address",
    /// The script that names the proxies cannot be fetched, fails, or names none.
    ProxyScript = "proxy_script",
    /// A file without octets.
    AttachmentEmpty = "attachment_empty",
    /// A program.
    AttachmentExecutable = "attachment_executable",
    /// A kind of file that is not taken.
    AttachmentKind = "attachment_kind",
    /// The ending of the name is not that of the content.
    AttachmentMismatch = "attachment_mismatch",
    /// One file is too large.
    AttachmentTooLarge = "attachment_too_large",
    /// All files together are too many or too large.
    AttachmentsTooMany = "attachments_too_many",
    /// A file that the application names is not in the store.
    AttachmentGone = "attachment_gone",
    /// A file that was attached on another computer has not come here yet.
    AttachmentComing = "attachment_coming",
    /// What the portal has of an application is not what the person signed.
    CopyNotGenuine = "copy_not_genuine",
    /// The portal does not take one of the files.
    AttachmentRefused = "attachment_refused",
    /// The signer's certificate has ended before what was signed could leave.
    SignatureExpired = "signature_expired",
    /// Nobody can be asked for a secret.
    NoTerminal = "no_terminal",
    /// settings.json is damaged.
    SettingsUnreadable = "settings_unreadable",
    /// settings.json is of a newer version.
    SettingsTooNew = "settings_too_new",
    /// Words of the command line that make no sense.
    Usage = "usage",
    /// A link that nothing is known of.
    LinkUnknown = "link_unknown",
    /// A link to another portal than the one that is set.
    LinkElsewhere = "link_elsewhere",
    /// The request of a link was taken before.
    LinkUsed = "link_used",
    /// The request of a link has run out.
    LinkExpired = "link_expired",
    /// The system has no browser, or does not start it.
    NoBrowser = "no_browser",
    /// A file that is too large to be handed over.
    FileTooLarge = "file_too_large",
    /// The system does not start the program with the session.
    StartRefused = "start_refused",
    /// The publisher of newer versions does not answer.
    UpdateSilent = "update_silent",
    /// What tells of a newer version, or its package, is not the publisher's.
    UpdateForged = "update_forged",
    /// What tells of a newer version cannot be used.
    UpdateUnusable = "update_unusable",
    /// A newer version could not be put in the program's place.
    UpdateNotInstalled = "update_not_installed",
    /// Our own mistake.
    Internal = "internal",
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_sentence_and_a_remedy_in_every_language() {
        for &code in Code::ALL {
            for language in [Language::Be, Language::Ru, Language::En] {
                let view = Problem::new(code)
                    .attempts(2)
                    .with("reason", "R")
                    .with("count", "3")
                    .with("name", "N")
                    .with("limit", "5")
                    .with("found", "2")
                    .view(language);
                for text in [&view.message, &view.remedy] {
                    assert!(
                        !text.is_empty() && !text.contains(['{', '}']),
                        "{code:?} {language:?}: {text}"
                    );
                    assert!(
                        !text.starts_with("err-") && !text.starts_with("rec-"),
                        "{code:?}: {text}"
                    );
                }
            }
        }
    }

    #[test]
    fn attempts_follow_the_plural_rules() {
        let remedy = |left, language| {
            Problem::new(Code::PinWrong)
                .attempts(left)
                .view(language)
                .remedy
        };
        assert!(remedy(2, Language::Ru).starts_with("Осталось 2 попытки"));
        assert!(remedy(1, Language::Be).starts_with("Засталася 1 спроба"));
        assert!(remedy(1, Language::En).starts_with("One attempt"));
    }
}
