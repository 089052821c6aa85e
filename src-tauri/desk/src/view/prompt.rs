//! What the trusted prompt shows.

use serde::Serialize;
use ts_rs::TS;

use super::{
    AttachmentView, ConsentView, FilesPromptView, LossView, PinView, RevocationReasonView, TextView,
};

/// What the trusted prompt shows and asks. Composed by the core alone.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PromptView {
    /// Sign-in: who asks for what; returns the groups that are shared.
    SignIn {
        /// The request.
        consent: ConsentView,
        /// PIN state before the try.
        pin: PinView,
    },
    /// A certificate for a key on the card: the registration authority reads who holds the card.
    Enrol {
        /// Name of the registration authority.
        authority: TextView,
        /// Its address.
        address: String,
        /// Who would issue the certificate.
        issuer: String,
        /// Level of the key.
        level: u16,
        /// Whether the key on the card is destroyed and another one made.
        new_key: bool,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Signature of an application.
    Sign {
        /// Title of the procedure.
        title: TextView,
        /// Authority that gets it.
        recipient: TextView,
        /// Holder who signs, from the card's certificate when known.
        signer: Option<String>,
        /// What is signed, field by field: label and value.
        fields: Vec<PromptFieldView>,
        /// The files that are signed with it.
        attachments: Vec<AttachmentView>,
        /// belt-hash of the exact octets, hex.
        hash: String,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Signature of a reply to the authority.
    SignReply {
        /// What is signed.
        letter: LetterPromptView,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Signature that takes an application back.
    SignWithdrawal {
        /// What is signed.
        letter: LetterPromptView,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Decryption of a file.
    Decrypt {
        /// Name of the file.
        name: String,
        /// Octets of its content.
        #[ts(type = "number")]
        size: u64,
        /// For whom it is, as far as the file says: numbers and issuers of certificates.
        recipients: Vec<String>,
        /// Whether one of them is the certificate of the person's card; nothing when that is not known.
        ours: Option<bool>,
        /// PIN state before the try.
        pin: PinView,
    },
    /// The certificate on the card, to encrypt for it or to give it to others.
    TakeCertificate {
        /// PIN state before the try.
        pin: PinView,
    },
    /// A request for a certificate goes into a file.
    RequestCertificate {
        /// Level of the key.
        level: u16,
        /// Whether the key on the card is destroyed and another one made.
        new_key: bool,
        /// PIN state before the try.
        pin: PinView,
    },
    /// A certificate from a file goes onto the card.
    InstallCertificate {
        /// Whom it names.
        subject: String,
        /// Who issued it.
        issuer: String,
        /// End of validity, RFC 3339.
        valid_until: String,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Revocation of the certificate, for ever.
    Revoke {
        /// Name of the registration authority.
        authority: TextView,
        /// Its address.
        address: String,
        /// Why.
        reason: RevocationReasonView,
        /// PIN state before the try.
        pin: PinView,
    },
    /// The password by which the certificate can be revoked when the card is lost; a new one, twice.
    RevocationPassword,
    /// That password goes to the authority.
    SetRevocationPassword {
        /// Name of the registration authority.
        authority: TextView,
        /// Its address.
        address: String,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Signature of a text that a page of the portal handed over.
    SignText {
        /// Address of the portal, which gets it.
        portal: String,
        /// What it is about.
        title: TextView,
        /// What is signed.
        text: String,
        /// belt-hash of the exact octets, hex.
        hash: String,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Signatures of files.
    SignFiles {
        /// What is signed.
        files: FilesPromptView,
        /// PIN state before the try.
        pin: PinView,
    },
    /// Whether that authority shall stamp from now on; asks for no secret.
    TimeStamping {
        /// Its address; empty for none.
        address: String,
    },
    /// A passphrase for the store.
    Passphrase {
        /// Whether a new one is chosen.
        new: bool,
    },
    /// A secret to look at the card (PIN).
    ReadCard {
        /// PIN state before the try.
        pin: PinView,
    },
    /// The CAN, which opens the printed data and the photo.
    ReadDocument,
    /// The printed lines, which do the same where there is no CAN.
    ReadDocumentLines,
    /// The PIN that is to be changed.
    ChangePin {
        /// PIN state before the try.
        pin: PinView,
    },
    /// A new PIN, twice.
    NewPin,
    /// The CAN, which gives a suspended PIN its last attempt back.
    ResumePin,
    /// The PUK, which unblocks the PIN.
    UnblockPin,
    /// The PUK, which switches the PIN on.
    EnablePin,
    /// Whether that portal shall be used from now on; asks for no secret.
    Portal {
        /// Its address.
        address: String,
    },
    /// Whether connections shall go through that proxy; asks for its password where it has a user.
    Proxy {
        /// Its address.
        address: String,
        /// The user.
        user: Option<String>,
    },
    /// Whether that script shall say through which proxy connections go; asks for no secret.
    ProxyScript {
        /// Its address.
        address: String,
    },
    /// Whether everything of the person shall be written into a file that is not encrypted; asks for no
    /// secret.
    Export {
        /// The file.
        path: String,
    },
    /// Whether the person shall be forgotten here; asks for no secret.
    Forget {
        /// What would be lost; nothing when the store cannot be opened.
        loss: Option<LossView>,
    },
}

/// A letter in the trusted prompt, read back out of the octets to be signed.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct LetterPromptView {
    /// Title of the procedure that was applied for.
    pub title: TextView,
    /// Registration number of the application, where it has one yet.
    pub registration_number: Option<String>,
    /// Authority that gets it.
    pub recipient: TextView,
    /// Who signs.
    pub signer: Option<String>,
    /// What it says.
    pub text: String,
    /// The files that are signed with it.
    pub attachments: Vec<AttachmentView>,
    /// belt-hash of the exact octets, hex.
    pub hash: String,
}

/// A line of the trusted prompt.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct PromptFieldView {
    /// The group, or the entry of a list, that it belongs to.
    pub group: Option<TextView>,
    /// Label.
    pub label: TextView,
    /// Value as the person typed it; a choice by its label.
    pub value: TextView,
}
