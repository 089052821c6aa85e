//! What crosses the edge: to the window (as TypeScript made by ts-rs) and to `kabinet-cli --json`.
//! No secret and nothing technical that a person has not asked for stands in a view.

mod application;
mod card;
mod catalogue;
mod draft;
mod encryption;
mod files;
mod notices;
mod outbox;
mod paper;
mod person;
mod prompt;
mod proxy;
mod retention;
mod running;
mod search;
mod store;
mod updates;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use application::{
    ApplicationView, ApplicationsView, ChainMemberView, DocumentTrustView, DocumentView, DueView,
    HistoryView, MessageView, RequestView, SentView, SignatureNoteView, SignatureReportView,
    SignedContentView, SignerView, SyncView, TimeStampView,
};
pub use card::{
    AuthenticityView, CardContentsView, CardPresenceView, CardStatusView, CertificateView,
    CheckView, DoctorView, EnrolmentStateView, EnrolmentView, KeyStateView, KeyView,
    KnownCertificatesView, PinView, ReaderView, ReadersView, RevocationReasonView, ServiceView,
    TravelDocumentView,
};
pub use catalogue::{FormFieldView, FormStepView, FormView, ProcedureView};
pub use draft::{
    AsideReasonView, AsideView, AttachmentView, BegunLetterView, CarriedFieldView, CarriedView,
    ConflictView, DraftSummaryView, DraftView, FieldProblemView, LineView, OtherVersionView,
    SharingView,
};
pub use encryption::{
    CryptedFileView, DecryptedView, EncryptedFileView, EncryptedView, RecipientView,
};
pub use files::{
    AskedForView, AskedView, FileProgressView, FileView, FilesPromptView, LevelView, RaisedView,
    RaisingView, SignedBeforeView, SignedFileView, VerifiedFileView,
};
pub use notices::{NoticeView, NoticesView};
pub use outbox::{
    AppliedView, OutboxItemView, OutboxReasonKindView, OutboxReasonView, OutboxStateView,
    UploadView,
};
pub use paper::{PaperApplicationView, PaperView};
pub use person::{AdditionalDataView, ClaimView, ConsentView, OptionalDataView, PersonView};
pub use prompt::{LetterPromptView, PromptFieldView, PromptView};
pub use proxy::{ProxyKindView, ProxyModeView, ProxyPasswordView, ProxyView};
pub use retention::{LeavingView, RetentionPlanView, RetentionView};
pub use running::{LogLineView, OpenedFileView, OpenedView, RunningView, TrayView};
pub use search::{
    MarkedTextView, ProcedureHitView, RecordHitView, RecordKindView, SearchView, SegmentView,
};
pub use store::{
    AppearanceView, ExportView, LockView, LossView, PersonChoiceView, PortalView, RepairView,
    ServerCertificateView, SettingsView, StoreView, ThemeView,
};
pub use updates::{ReleaseView, UpdateStateView, UpdatesView};

/// A text in the three languages of the interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct TextView {
    /// Belarusian.
    pub be: String,
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}

impl TextView {
    /// The text in that language.
    #[must_use]
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Be => &self.be,
            Language::Ru => &self.ru,
            Language::En => &self.en,
        }
    }
}

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Belarusian.
    #[default]
    Be,
    /// Russian.
    Ru,
    /// English.
    En,
}

/// An error as it leaves the desk. The window decides by `code`, never by the text.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct ProblemView {
    /// Stable name of the case, such as `pin_wrong`.
    pub code: String,
    /// What happened, in the person's language.
    pub message: String,
    /// What to do now, in the person's language.
    pub remedy: String,
    /// Tries of the password that are left, where the case has them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub attempts_left: Option<u8>,
    /// Whether the same act may succeed when simply repeated.
    pub retryable: bool,
    /// The sentences in every language: the window may be turned to another one while it shows them.
    pub all: Box<ProblemTextsView>,
}

/// The sentences of an error in the three languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
pub struct ProblemTextsView {
    /// What happened.
    pub message: TextView,
    /// What to do now.
    pub remedy: TextView,
}

/// Where a card dialogue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[ts(export)]
#[serde(rename_all = "snake_case")]
pub enum StepView {
    /// Talking to the portal.
    Portal,
    /// The PIN is being proved to the card.
    Pin,
    /// The key pair is made on the card, or looked for.
    Key,
    /// The card signs the request for a certificate.
    Request,
    /// The card checks the terminal.
    Terminal,
    /// Data travel from card to portal.
    Reading,
    /// The card signs.
    Signing,
    /// The authority has issued the certificate, which is being checked.
    Checking,
    /// Saving.
    Saving,
    /// Done.
    Done,
}
