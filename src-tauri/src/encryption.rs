//! Journey J10 in the window: files are encrypted for the holders of certificates, and what came encrypted
//! is opened with the card. What was decrypted is written where it goes to, and nowhere before.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use kabinet_desk::view::{
    CryptedFileView, DecryptedView, EncryptedFileView, PromptView, RecipientView,
};
use kabinet_desk::{
    Code, Desk, FileToCrypt, KEY_LEVEL, OwnCertificate, Place, decrypted_name, encrypted_name,
};
use tauri::async_runtime::block_on;
use tauri::{AppHandle, State};

use crate::commands::{Answer, Shared, ask, blocking, downloads, said};
use crate::files::{Handed, HandedView, Known, begin_work, watched};

/// What is wrong with one file only, so that the next one may be opened all the same.
const OF_ONE_FILE: &[Code] = &[
    Code::FileUnreadable,
    Code::FileNotEncrypted,
    Code::FileChanged,
    Code::EncryptedForOthers,
    Code::EncryptionUnknown,
    Code::ContentKeyTooLong,
    Code::ContentKeyDamaged,
];

/// Whose certificate a file is, and whether something can be encrypted for it.
#[tauri::command]
pub(crate) async fn recipient(
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    handle: u64,
) -> Answer<RecipientView> {
    let known = said(&desk, handed.these(&[handle]))?;
    blocking(&desk, move |desk| {
        let one = known.into_iter().next().ok_or(Code::FileUnreadable)?;
        desk.recipient(&one.path, &one.name)
    })
    .await
}

/// The person's own certificate among the files, so that they can open what they encrypt. It is known when
/// the card was read since the store was opened; else `reader` says where to read it, after the PIN.
#[tauri::command]
pub(crate) async fn own_recipient(
    app: AppHandle,
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    reader: Option<String>,
) -> Answer<Option<HandedView>> {
    let known = blocking(&desk, |desk| Ok(desk.own_certificate())).await?;
    let own = match (known, reader) {
        (Some(own), _) => own,
        (None, None) => return Ok(None),
        (None, Some(reader)) => take_certificate(&app, &desk, reader).await?,
    };
    said(&desk, handed.put(&desk, &own.file_name, &own.der)).map(Some)
}

async fn take_certificate(
    app: &AppHandle,
    desk: &Arc<Desk>,
    reader: String,
) -> Answer<OwnCertificate> {
    let address = reader.clone();
    let status = blocking(desk, move |desk| desk.usable_card(Some(&address))).await?;
    let view = PromptView::TakeCertificate { pin: status.pin };
    let answer = ask(app, desk, view).await?;
    blocking(desk, move |desk| {
        desk.read_certificate(Some(&reader), answer.secret, KEY_LEVEL)
    })
    .await
}

/// Encrypts files for the holders of certificates; both by their handles.
#[tauri::command]
pub(crate) async fn encrypt_files(
    app: AppHandle,
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    handles: Vec<u64>,
    recipients: Vec<u64>,
) -> Answer<Vec<CryptedFileView>> {
    let known = said(&desk, handed.these(&handles))?;
    let certificates = said(&desk, handed.these(&recipients))?;
    let folder = downloads(&app, &desk)?;
    let stop = begin_work(&handed);
    watched(&app, &desk, &stop, move |desk, watching| {
        let files = known.into_iter().map(|one| FileToCrypt {
            place: Place::Folder(one.folder(&folder), encrypted_name(&one.name)),
            path: one.path,
            name: one.name,
        });
        let files: Vec<_> = files.collect();
        let certificates: Vec<_> = certificates.into_iter().map(|one| one.path).collect();
        block_on(desk.encrypt_files(&files, &certificates, watching))
    })
    .await
}

/// For whom each of the files is encrypted; nothing for those that are not.
#[tauri::command]
pub(crate) async fn look_at_encrypted(
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    handles: Vec<u64>,
) -> Answer<Vec<Option<EncryptedFileView>>> {
    let known = said(&desk, handed.these(&handles))?;
    blocking(&desk, move |desk| {
        let look = |one: Known| match desk.look_at_encrypted(&one.path, &one.name) {
            Ok(view) => Ok(Some(view)),
            Err(problem) if problem.code == Code::FileNotEncrypted => Ok(None),
            Err(problem) => Err(problem),
        };
        known.into_iter().map(look).collect()
    })
    .await
}

/// Opens encrypted files with the card, one after the other: the card wants the PIN for each, and the
/// trusted prompt says which it is.
#[tauri::command]
pub(crate) async fn decrypt_files(
    app: AppHandle,
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    handles: Vec<u64>,
    reader: String,
) -> Answer<Vec<CryptedFileView>> {
    let known = said(&desk, handed.these(&handles))?;
    let folder = downloads(&app, &desk)?;
    let stop = begin_work(&handed);
    let count = known.len();
    let mut views = Vec::new();
    for (index, one) in known.into_iter().enumerate() {
        let name = one.name.clone();
        let place = Place::Folder(one.folder(&folder), decrypted_name(&name));
        let at = (index + 1, count);
        match decrypt(&app, &desk, one, place, &reader, at, &stop).await {
            Ok(done) => views.push(CryptedFileView {
                name,
                path: Some(done.path),
                is_signed: done.is_signed,
                problem: None,
            }),
            Err(problem) => {
                let goes_on = OF_ONE_FILE.iter().any(|code| code.name() == problem.code);
                if views.is_empty() && !(goes_on && count > 1) {
                    return Err(problem);
                }
                views.push(CryptedFileView {
                    name,
                    path: None,
                    is_signed: false,
                    problem: Some(problem),
                });
                if !goes_on {
                    break;
                }
            }
        }
    }
    Ok(views)
}

async fn decrypt(
    app: &AppHandle,
    desk: &Arc<Desk>,
    file: Known,
    place: Place,
    reader: &str,
    at: (usize, usize),
    stop: &Arc<AtomicBool>,
) -> Answer<DecryptedView> {
    let address = reader.to_owned();
    let begun = blocking(desk, move |desk| {
        desk.begin_decrypt(&file.path, Some(&file.name), KEY_LEVEL, Some(&address))
    });
    let decrypting = begun.await?;
    let answer = ask(app, desk, decrypting.prompt().clone()).await?;
    watched(app, desk, stop, move |desk, watching| {
        desk.finish_decrypt(decrypting, &place, answer.secret, at, watching)
    })
    .await
}
