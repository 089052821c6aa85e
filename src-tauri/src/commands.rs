//! What the main window may ask for. Each command parses, calls the desk and answers; none takes or
//! gives a secret.

pub(crate) mod handing_over;
pub(crate) mod running;

use std::path::PathBuf;
use std::sync::Arc;

use kabinet_desk::view::{
    AdditionalDataView, AppearanceView, ApplicationView, AppliedView, AttachmentView,
    CardContentsView, CardStatusView, DoctorView, DocumentView, DraftSummaryView, DraftView,
    DueView, FormView, Language, LockView, MessageView, OutboxItemView, PersonChoiceView,
    PersonView, ProblemView, ProcedureHitView, PromptView, ReadersView, RepairView, SearchView,
    SentView, SettingsView, SharingView, StepView, StoreView, SyncView, TravelDocumentView,
};
use kabinet_desk::{Code, Desk, DocumentKey, LetterSigning, Outcome, Problem};
use tauri::ipc::{InvokeBody, Request};
use tauri::{AppHandle, Emitter as _, Manager as _, State};

use crate::paper::Prints;
use crate::{appearance, background, locking, notices, prompt, tray};

pub(crate) type Shared<'a> = State<'a, Arc<Desk>>;
pub(crate) type Answer<T = ()> = Result<T, ProblemView>;

/// Everything that comes out of the store.
const AREA: &[&str] = &[
    "store",
    "person",
    "drafts",
    "outbox",
    "applications",
    "catalog",
];
/// Applications that the window lists.
const NEWEST: usize = 200;
/// Records that a search lists.
const MOST_FOUND: usize = 20;
/// Header with the handle of a file that is handed over.
const HANDLE: &str = "kabinet-attachment";
/// Most octets that the page hands over at once.
const LARGEST_PIECE: usize = 4 * 1024 * 1024;

#[tauri::command]
pub(crate) fn settings(desk: Shared<'_>) -> SettingsView {
    desk.settings_view()
}

/// What this computer has and lacks for cards and portal.
#[tauri::command]
pub(crate) async fn doctor(desk: Shared<'_>) -> Answer<DoctorView> {
    let own = Arc::clone(&desk);
    // It waits for card and reader, so it has a thread of its own.
    let looked = tauri::async_runtime::spawn_blocking(move || {
        tauri::async_runtime::block_on(own.doctor(None))
    });
    said(
        &desk,
        looked
            .await
            .map_err(|error| Problem::new(Code::Internal).because(error)),
    )
}

/// Saves the same for a help desk into the folder of downloads; the answer is the file's path.
#[tauri::command]
pub(crate) async fn save_report(app: AppHandle, desk: Shared<'_>) -> Answer<String> {
    let folder = downloads(&app, &desk)?;
    blocking(&desk, move |desk| {
        let path = tauri::async_runtime::block_on(desk.save_report(&folder))?;
        Ok(path.display().to_string())
    })
    .await
}

#[tauri::command]
pub(crate) async fn set_language(app: AppHandle, desk: Shared<'_>, language: Language) -> Answer {
    let kept = blocking(&desk, move |desk| desk.keep_language(language)).await;
    tray::tell(&app, &desk);
    kept
}

#[tauri::command]
pub(crate) async fn set_appearance(
    app: AppHandle,
    desk: Shared<'_>,
    view: AppearanceView,
) -> Answer {
    blocking(&desk, move |desk| desk.keep_appearance(view)).await?;
    appearance::apply(&app, view);
    Ok(())
}

#[tauri::command]
pub(crate) async fn set_portal(
    app: AppHandle,
    desk: Shared<'_>,
    address: String,
) -> Answer<SettingsView> {
    let address = said(&desk, desk.portal_address(&address))?;
    let view = PromptView::Portal {
        address: address.clone(),
    };
    ask(&app, &desk, view).await?;
    blocking(&desk, move |desk| desk.keep_portal(&address)).await?;
    Ok(desk.settings_view())
}

#[tauri::command]
pub(crate) async fn readers(desk: Shared<'_>) -> Answer<ReadersView> {
    blocking(&desk, |desk| Ok(desk.readers())).await
}

#[tauri::command]
pub(crate) async fn card_status(desk: Shared<'_>, reader: String) -> Answer<CardStatusView> {
    blocking(&desk, move |desk| desk.card_status(Some(&reader))).await
}

#[tauri::command]
pub(crate) async fn read_card(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<CardContentsView> {
    let address = reader.clone();
    let status = blocking(&desk, move |desk| desk.usable_card(Some(&address))).await?;
    let answer = ask(&app, &desk, PromptView::ReadCard { pin: status.pin }).await?;
    blocking(&desk, move |desk| {
        desk.read_card(Some(&reader), answer.secret)
    })
    .await
}

/// With `lines`, the lines printed for machines open the chip instead of the CAN.
#[tauri::command]
pub(crate) async fn read_document(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
    lines: bool,
) -> Answer<TravelDocumentView> {
    let key = if lines {
        let answer = ask(&app, &desk, PromptView::ReadDocumentLines).await?;
        DocumentKey::Lines(answer.secret)
    } else {
        DocumentKey::Can(ask(&app, &desk, PromptView::ReadDocument).await?.secret)
    };
    blocking(&desk, move |desk| desk.read_document(Some(&reader), key)).await
}

#[tauri::command]
pub(crate) async fn change_pin(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<CardStatusView> {
    let address = reader.clone();
    let status = blocking(&desk, move |desk| desk.usable_card(Some(&address))).await?;
    let old = ask(&app, &desk, PromptView::ChangePin { pin: status.pin }).await?;
    let new = ask(&app, &desk, PromptView::NewPin).await?;
    blocking(&desk, move |desk| {
        desk.change_pin(Some(&reader), &old.secret, &new.secret)
    })
    .await
}

#[tauri::command]
pub(crate) async fn resume_pin(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<CardStatusView> {
    let can = ask(&app, &desk, PromptView::ResumePin).await?;
    blocking(&desk, move |desk| {
        desk.resume_pin(Some(&reader), &can.secret)
    })
    .await
}

/// With `new_pin`, the person chooses a new PIN at the same time.
#[tauri::command]
pub(crate) async fn unblock_pin(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
    new_pin: bool,
) -> Answer<CardStatusView> {
    let puk = ask(&app, &desk, PromptView::UnblockPin).await?;
    let new = if new_pin {
        Some(ask(&app, &desk, PromptView::NewPin).await?)
    } else {
        None
    };
    blocking(&desk, move |desk| {
        let new = new.as_ref().map(|new| &new.secret);
        desk.unblock_pin(Some(&reader), &puk.secret, new)
    })
    .await
}

#[tauri::command]
pub(crate) async fn enable_pin(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<CardStatusView> {
    let puk = ask(&app, &desk, PromptView::EnablePin).await?;
    blocking(&desk, move |desk| {
        desk.enable_pin(Some(&reader), &puk.secret)
    })
    .await
}

#[tauri::command]
pub(crate) async fn store_state(desk: Shared<'_>) -> Answer<StoreView> {
    blocking(&desk, |desk| match desk.unlock(None) {
        Ok(view) => Ok(view),
        Err(problem) if matches!(problem.code, Code::StoreLocked | Code::NoStore) => {
            Ok(desk.store_state())
        }
        Err(problem) => Err(problem),
    })
    .await
}

#[tauri::command]
pub(crate) async fn unlock_store(app: AppHandle, desk: Shared<'_>) -> Answer {
    // Closed by hand or by itself, a store whose key the system keeps opens again when asked to.
    let with_passphrase = desk.store_state().protection.as_deref() == Some("passphrase");
    let passphrase = if with_passphrase {
        Some(ask(&app, &desk, PromptView::Passphrase { new: false }).await?)
    } else {
        None
    };
    blocking(&desk, move |desk| {
        desk.let_in();
        desk.unlock(passphrase.as_ref().map(|answer| &answer.secret))
    })
    .await?;
    stale(&app, AREA);
    Ok(())
}

/// Closes the store until the person asks to be let in again.
#[tauri::command]
pub(crate) async fn lock_store(app: AppHandle, desk: Shared<'_>) -> Answer {
    locking::lock(&app, &desk).await;
    Ok(())
}

#[tauri::command]
pub(crate) fn lock_settings(desk: Shared<'_>) -> (LockView, bool) {
    (desk.lock_settings(), locking::NOTICES_SCREEN)
}

#[tauri::command]
pub(crate) async fn set_lock_settings(desk: Shared<'_>, view: LockView) -> Answer {
    blocking(&desk, move |desk| desk.keep_lock_settings(view)).await
}

/// Somebody is there.
#[tauri::command]
pub(crate) fn touched(touched: State<'_, locking::Touched>) {
    touched.now();
}

#[tauri::command]
pub(crate) async fn check_store(desk: Shared<'_>) -> Answer<bool> {
    blocking(&desk, |desk| desk.store_is_whole()).await
}

#[tauri::command]
pub(crate) async fn repair_store(app: AppHandle, desk: Shared<'_>) -> Answer<RepairView> {
    let passphrase = if desk.repair_needs_passphrase() {
        Some(ask(&app, &desk, PromptView::Passphrase { new: false }).await?)
    } else {
        None
    };
    let passphrase = passphrase.as_ref().map(|answer| &answer.secret);
    let repaired = said(&desk, desk.repair_store(passphrase).await)?;
    stale(&app, AREA);
    Ok(repaired)
}

#[tauri::command]
pub(crate) async fn persons(desk: Shared<'_>) -> Answer<Vec<PersonChoiceView>> {
    blocking(&desk, |desk| Ok(desk.persons())).await
}

#[tauri::command]
pub(crate) async fn switch_person(
    app: AppHandle,
    desk: Shared<'_>,
    id: String,
) -> Answer<StoreView> {
    let view = said(&desk, desk.switch_person(&id, None).await)?;
    stale(&app, AREA);
    Ok(view)
}

#[tauri::command]
pub(crate) async fn start_sign_in(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<PersonView> {
    step(&app, StepView::Portal);
    let person = said(&desk, sign_in(&app, &desk, &reader).await);
    step(&app, StepView::Done);
    let person = person?;
    stale(&app, AREA);
    Ok(person)
}

async fn sign_in(app: &AppHandle, desk: &Arc<Desk>, reader: &str) -> Outcome<PersonView> {
    let mut sign_in = desk.begin_sign_in(Some(reader)).await?;
    // The store's passphrase is chosen first, so that nothing that the PIN opened has to wait for it.
    let passphrase = if desk.needs_passphrase() {
        let view = PromptView::Passphrase {
            new: !desk.has_store(),
        };
        Some(prompt::ask(app, view, desk.language()).await?.secret)
    } else {
        None
    };
    let answer = prompt::ask(app, sign_in.prompt().clone(), desk.language()).await?;
    let progress = |at| step(app, at);
    let mut kept = desk
        .finish_sign_in(
            &mut sign_in,
            answer.secret,
            &answer.groups,
            passphrase.as_ref(),
            &progress,
        )
        .await;
    // The card may have been another person's, whose store has a passphrase of its own.
    while let Err(problem) = &kept {
        let new = match problem.code {
            Code::PassphraseNeeded | Code::PassphraseShort => true,
            Code::StoreLocked | Code::PassphraseWrong => false,
            _ => break,
        };
        let answer = prompt::ask(app, PromptView::Passphrase { new }, desk.language()).await?;
        kept = desk.keep_signed_in(&mut sign_in, Some(&answer.secret));
    }
    kept
}

#[tauri::command]
pub(crate) async fn person(desk: Shared<'_>) -> Answer<Option<PersonView>> {
    blocking(&desk, |desk| match desk.person() {
        Ok(person) => Ok(Some(person)),
        Err(problem) if matches!(problem.code, Code::NoStore | Code::StoreLocked) => Ok(None),
        Err(problem) => Err(problem),
    })
    .await
}

#[tauri::command]
pub(crate) async fn additional_data(desk: Shared<'_>) -> Answer<AdditionalDataView> {
    blocking(&desk, |desk| desk.additional_data()).await
}

#[tauri::command]
pub(crate) async fn logout(app: AppHandle, desk: Shared<'_>) -> Answer {
    said(&desk, desk.logout().await)?;
    stale(&app, &["person"]);
    Ok(())
}

#[tauri::command]
pub(crate) async fn forget(app: AppHandle, desk: Shared<'_>) -> Answer {
    let loss = blocking(&desk, |desk| Ok(desk.loss().ok())).await?;
    ask(&app, &desk, PromptView::Forget { loss }).await?;
    app.state::<Prints>().clear();
    app.state::<crate::files::Handed>().clear();
    said(&desk, desk.forget().await)?;
    stale(&app, AREA);
    Ok(())
}

#[tauri::command]
pub(crate) async fn catalog(desk: Shared<'_>, query: String) -> Answer<Vec<ProcedureHitView>> {
    blocking(&desk, move |desk| desk.catalog(&query)).await
}

#[tauri::command]
pub(crate) async fn search(desk: Shared<'_>, query: String) -> Answer<SearchView> {
    blocking(&desk, move |desk| desk.search(&query, MOST_FOUND)).await
}

#[tauri::command]
pub(crate) async fn dismiss_carried(
    app: AppHandle,
    desk: Shared<'_>,
    id: String,
) -> Answer<DraftView> {
    let draft = blocking(&desk, move |desk| desk.dismiss_carried(&id)).await?;
    stale(&app, &["drafts"]);
    Ok(draft)
}

#[tauri::command]
pub(crate) async fn procedure(desk: Shared<'_>, id: String) -> Answer<FormView> {
    blocking(&desk, move |desk| desk.procedure(&id)).await
}

#[tauri::command]
pub(crate) async fn new_draft(
    app: AppHandle,
    desk: Shared<'_>,
    procedure_id: String,
) -> Answer<DraftView> {
    let draft = said(&desk, desk.begin_draft(&procedure_id).await)?;
    stale(&app, &["drafts"]);
    Ok(draft)
}

#[tauri::command]
pub(crate) async fn drafts(desk: Shared<'_>) -> Answer<Vec<DraftSummaryView>> {
    blocking(&desk, |desk| desk.drafts()).await
}

#[tauri::command]
pub(crate) async fn draft(desk: Shared<'_>, id: String, again: bool) -> Answer<DraftView> {
    blocking(&desk, move |desk| {
        if again {
            desk.draft_as_opened(&id)
        } else {
            desk.draft(&id)
        }
    })
    .await
}

#[tauri::command]
pub(crate) async fn save_draft(
    desk: Shared<'_>,
    id: String,
    before: serde_json::Value,
    data: serde_json::Value,
) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.edit_draft(&id, &before, &data)).await
}

#[tauri::command]
pub(crate) async fn settle_draft(
    desk: Shared<'_>,
    id: String,
    path: String,
    shown: Vec<String>,
    value: Option<serde_json::Value>,
) -> Answer<DraftView> {
    blocking(&desk, move |desk| {
        desk.settle_draft(&id, &path, &shown, value)
    })
    .await
}

#[tauri::command]
pub(crate) async fn draft_parting_read(desk: Shared<'_>, id: String) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.draft_parting_read(&id)).await
}

#[tauri::command]
pub(crate) async fn draft_sharing(desk: Shared<'_>) -> Answer<SharingView> {
    blocking(&desk, |desk| desk.sharing()).await
}

#[tauri::command]
pub(crate) async fn share_drafts(
    app: AppHandle,
    desk: Shared<'_>,
    agreed: bool,
) -> Answer<SharingView> {
    let sharing = blocking(&desk, move |desk| desk.share_drafts(agreed)).await?;
    // A pass that is under way began without knowing it.
    background::pass_now(app, Arc::clone(&desk));
    Ok(sharing)
}

#[tauri::command]
pub(crate) async fn undo_draft(desk: Shared<'_>, id: String) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.undo_draft(&id)).await
}

#[tauri::command]
pub(crate) async fn redo_draft(desk: Shared<'_>, id: String) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.redo_draft(&id)).await
}

/// The page hands a file's octets over, piece by piece, and never a path: what it may attach is what
/// the person gave it. Answers with a handle for the pieces.
#[tauri::command]
pub(crate) async fn begin_attachment(
    desk: Shared<'_>,
    draft_id: String,
    name: String,
    size: u64,
) -> Answer<String> {
    blocking(&desk, move |desk| {
        desk.begin_attachment(&draft_id, &name, size)
    })
    .await
}

/// The next octets of the file: the raw body; the handle is in the header [`HANDLE`].
#[tauri::command]
pub(crate) async fn append_attachment(desk: Shared<'_>, request: Request<'_>) -> Answer {
    let handle = request
        .headers()
        .get(HANDLE)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let (Some(handle), InvokeBody::Raw(octets)) = (handle, request.body()) else {
        return said(&desk, Err(Code::Usage.into()));
    };
    if octets.len() > LARGEST_PIECE {
        return said(&desk, Err(Code::Usage.into()));
    }
    let octets = octets.clone();
    blocking(&desk, move |desk| desk.append_attachment(&handle, &octets)).await
}

#[tauri::command]
pub(crate) async fn finish_attachment(desk: Shared<'_>, handle: String) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.finish_attachment(&handle)).await
}

#[tauri::command]
pub(crate) async fn remove_attachment(
    desk: Shared<'_>,
    draft_id: String,
    hash: String,
) -> Answer<DraftView> {
    blocking(&desk, move |desk| desk.remove_attachment(&draft_id, &hash)).await
}

/// As [`begin_attachment`], for the reply to a message; the pieces follow as for a draft.
#[tauri::command]
pub(crate) async fn begin_reply_attachment(
    desk: Shared<'_>,
    message_id: String,
    name: String,
    size: u64,
) -> Answer<String> {
    blocking(&desk, move |desk| {
        desk.begin_reply_attachment(&message_id, &name, size)
    })
    .await
}

#[tauri::command]
pub(crate) async fn finish_reply_attachment(
    desk: Shared<'_>,
    handle: String,
) -> Answer<Vec<AttachmentView>> {
    blocking(&desk, move |desk| desk.finish_reply_attachment(&handle)).await
}

#[tauri::command]
pub(crate) async fn reply_attachments(
    desk: Shared<'_>,
    message_id: String,
) -> Answer<Vec<AttachmentView>> {
    blocking(&desk, move |desk| desk.reply_attachments(&message_id)).await
}

/// Without a hash, all of them.
#[tauri::command]
pub(crate) async fn remove_reply_attachment(
    desk: Shared<'_>,
    message_id: String,
    hash: Option<String>,
) -> Answer<Vec<AttachmentView>> {
    blocking(&desk, move |desk| {
        desk.remove_reply_attachment(&message_id, hash.as_deref())
    })
    .await
}

#[tauri::command]
pub(crate) async fn sent_application(desk: Shared<'_>, id: String) -> Answer<SentView> {
    said(&desk, desk.sent_application(&id).await)
}

/// Saves a file of what was sent into the folder of downloads; the answer is its path.
#[tauri::command]
pub(crate) async fn save_sent_file(
    app: AppHandle,
    desk: Shared<'_>,
    id: String,
    hash: String,
) -> Answer<String> {
    let folder = downloads(&app, &desk)?;
    let path = said(&desk, desk.save_sent_file(&id, &hash, &folder).await)?;
    Ok(path.display().to_string())
}

#[tauri::command]
pub(crate) async fn delete_draft(app: AppHandle, desk: Shared<'_>, id: String) -> Answer {
    blocking(&desk, move |desk| desk.delete_draft(&id)).await?;
    stale(&app, &["drafts"]);
    Ok(())
}

#[tauri::command]
pub(crate) async fn apply(
    app: AppHandle,
    desk: Shared<'_>,
    draft_id: String,
    reader: String,
) -> Answer<AppliedView> {
    let mut signing = blocking(&desk, move |desk| {
        desk.begin_apply(&draft_id, Some(&reader))
    })
    .await?;
    let answer = ask(&app, &desk, signing.prompt().clone()).await?;
    let progress = |at| step(&app, at);
    let signed = said(
        &desk,
        desk.finish_apply(&mut signing, answer.secret, &progress)
            .await,
    );
    let item = match signed {
        Ok(item) => item,
        Err(problem) => {
            step(&app, StepView::Done);
            return Err(problem);
        }
    };
    stale(&app, &["drafts", "outbox"]);
    // The signature is safe in the outbox. What keeps it from leaving now is shown there.
    if !item.attachments.is_empty() {
        // Files take their time. Nobody has to wait for them here.
        step(&app, StepView::Done);
        crate::background::pass_now(app, Arc::clone(&desk));
        return Ok(AppliedView { application: None });
    }
    step(&app, StepView::Portal);
    let application = match desk.sync().await {
        Ok(sync) => sync
            .sent
            .into_iter()
            .find(|application| application.id == item.id),
        Err(problem) => {
            tracing::info!(code = problem.code.name(), "the outbox waits");
            None
        }
    };
    step(&app, StepView::Done);
    stale(&app, &["drafts", "outbox", "applications", "catalog"]);
    Ok(AppliedView { application })
}

#[tauri::command]
pub(crate) async fn outbox(desk: Shared<'_>) -> Answer<Vec<OutboxItemView>> {
    blocking(&desk, |desk| desk.outbox()).await
}

#[tauri::command]
pub(crate) async fn cancel_outbox(app: AppHandle, desk: Shared<'_>, id: String) -> Answer {
    blocking(&desk, move |desk| desk.take_back(&id)).await?;
    stale(&app, &["drafts", "outbox"]);
    Ok(())
}

#[tauri::command]
pub(crate) async fn pause_outbox(app: AppHandle, desk: Shared<'_>, id: String) -> Answer {
    blocking(&desk, move |desk| desk.pause_outbox(&id)).await?;
    stale(&app, &["outbox"]);
    Ok(())
}

/// Lets what was held back go, at once.
#[tauri::command]
pub(crate) async fn resume_outbox(app: AppHandle, desk: Shared<'_>, id: String) -> Answer {
    blocking(&desk, move |desk| desk.resume_outbox(&id)).await?;
    stale(&app, &["outbox"]);
    crate::background::pass_now(app, Arc::clone(&desk));
    Ok(())
}

#[tauri::command]
pub(crate) async fn sync(app: AppHandle, desk: Shared<'_>) -> Answer<SyncView> {
    let view = said(&desk, desk.send_now().await);
    notices::tell(&app, &desk);
    let view = view?;
    stale(&app, &["drafts", "outbox", "applications", "catalog"]);
    Ok(view)
}

#[tauri::command]
pub(crate) async fn applications(desk: Shared<'_>) -> Answer<Vec<ApplicationView>> {
    blocking(&desk, |desk| desk.applications(NEWEST)).await
}

#[tauri::command]
pub(crate) async fn application(desk: Shared<'_>, id: String) -> Answer<ApplicationView> {
    blocking(&desk, move |desk| desk.application(&id)).await
}

#[tauri::command]
pub(crate) async fn messages(desk: Shared<'_>, application_id: String) -> Answer<Vec<MessageView>> {
    blocking(&desk, move |desk| {
        desk.messages(Some(&application_id), NEWEST)
    })
    .await
}

#[tauri::command]
pub(crate) async fn documents(
    desk: Shared<'_>,
    application_id: String,
) -> Answer<Vec<DocumentView>> {
    blocking(&desk, move |desk| {
        desk.documents(Some(&application_id), NEWEST)
    })
    .await
}

#[tauri::command]
pub(crate) async fn due(desk: Shared<'_>) -> Answer<Vec<DueView>> {
    blocking(&desk, |desk| desk.due()).await
}

/// Saves into the folder of downloads; the answer is the file's path.
#[tauri::command]
pub(crate) async fn save_document(app: AppHandle, desk: Shared<'_>, id: String) -> Answer<String> {
    let folder = downloads(&app, &desk)?;
    blocking(&desk, move |desk| {
        let path = desk.save_document(&id, &folder)?;
        Ok(path.display().to_string())
    })
    .await
}

/// The folder of downloads, or the person's own where there is none.
pub(crate) fn downloads(app: &AppHandle, desk: &Desk) -> Answer<PathBuf> {
    let paths = app.path();
    let folder = paths.download_dir().or_else(|_| paths.home_dir());
    said(
        desk,
        folder.map_err(|error| Problem::new(Code::FileUnreadable).because(error)),
    )
}

#[tauri::command]
pub(crate) async fn reply(
    app: AppHandle,
    desk: Shared<'_>,
    message_id: String,
    text: String,
    reader: String,
) -> Answer<bool> {
    let begun = blocking(&desk, move |desk| {
        desk.begin_reply(&message_id, &text, Some(&reader))
    })
    .await?;
    send_letter(&app, &desk, begun).await
}

#[tauri::command]
pub(crate) async fn withdraw(
    app: AppHandle,
    desk: Shared<'_>,
    application_id: String,
    text: String,
    reader: String,
) -> Answer<bool> {
    let begun = blocking(&desk, move |desk| {
        desk.begin_withdrawal(&application_id, &text, Some(&reader))
    })
    .await?;
    send_letter(&app, &desk, begun).await
}

/// Asks, signs and sends; whether the portal has the letter, or it waits.
async fn send_letter(
    app: &AppHandle,
    desk: &Arc<Desk>,
    mut signing: LetterSigning,
) -> Answer<bool> {
    let answer = ask(app, desk, signing.prompt().clone()).await?;
    let progress = |at| step(app, at);
    let signed = desk
        .finish_letter(&mut signing, answer.secret, &progress)
        .await;
    let item = match said(desk, signed) {
        Ok(item) => item,
        Err(problem) => {
            step(app, StepView::Done);
            return Err(problem);
        }
    };
    stale(app, &["outbox"]);
    step(app, StepView::Portal);
    // The letter is safe in the outbox. What keeps it from leaving now is shown there.
    let sent = match desk.sync().await {
        Ok(sync) => sync.letters.contains(&item.id),
        Err(problem) => {
            tracing::info!(code = problem.code.name(), "the outbox waits");
            false
        }
    };
    step(app, StepView::Done);
    stale(app, &["outbox", "applications"]);
    Ok(sent)
}

pub(crate) async fn ask(
    app: &AppHandle,
    desk: &Arc<Desk>,
    view: PromptView,
) -> Answer<prompt::Answer> {
    said(desk, prompt::ask(app, view, desk.language()).await)
}

/// Runs what talks to card or disk where it may wait.
pub(crate) async fn blocking<T: Send + 'static>(
    desk: &Arc<Desk>,
    act: impl FnOnce(&Desk) -> Outcome<T> + Send + 'static,
) -> Answer<T> {
    let own = Arc::clone(desk);
    let outcome = tauri::async_runtime::spawn_blocking(move || act(&own))
        .await
        .unwrap_or_else(|error| Err(Problem::new(Code::Internal).because(error)));
    said(desk, outcome)
}

/// A problem as the window shows it, in the language of the moment.
pub(crate) fn said<T>(desk: &Desk, outcome: Outcome<T>) -> Answer<T> {
    outcome.map_err(|problem| {
        tracing::warn!(code = problem.code.name(), "{problem}");
        problem.view(desk.language())
    })
}

fn step(app: &AppHandle, at: StepView) {
    // Only the main window listens, and without it nobody needs to know.
    let _ = app.emit_to("main", "step", at);
}

pub(crate) fn stale(app: &AppHandle, names: &[&str]) {
    let _ = app.emit_to("main", "stale", names);
}
