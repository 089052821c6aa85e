//! Files of drafts and of letters.

use kabinet_desk::Code;
use kabinet_desk::view::{AttachmentView, DraftView};
use tauri::ipc::{InvokeBody, Request};

use super::{Answer, Shared, blocking, said};

/// Header with the handle of a file that is handed over.
const HANDLE: &str = "kabinet-attachment";
/// Most octets that the page hands over at once.
const LARGEST_PIECE: usize = 4 * 1024 * 1024;

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

/// A data URL of a PNG; nothing for a file that cannot be drawn.
#[tauri::command]
pub(crate) async fn preview_file(desk: Shared<'_>, hash: String) -> Answer<Option<String>> {
    blocking(&desk, move |desk| desk.preview_file(&hash)).await
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
