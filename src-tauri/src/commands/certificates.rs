//! Journey J11 in the window: the certificate of the key on the card. The key is that of level 128, which
//! every card has and with which everything else here is done.

use kabinet_desk::view::{
    CertificateView, EnrolmentView, KnownCertificatesView, PromptView, RevocationReasonView,
    StepView,
};
use kabinet_desk::{KEY_LEVEL, KeyWish, Place};
use tauri::{AppHandle, State};

use super::{Answer, Shared, ask, blocking, downloads, stale, step};
use crate::commands::said;
use crate::files::Handed;

const fn wish(new_key: bool) -> KeyWish {
    if new_key {
        KeyWish::Anew
    } else {
        KeyWish::Keep
    }
}

/// What is known without the card.
#[tauri::command]
pub(crate) async fn known_certificates(desk: Shared<'_>) -> Answer<KnownCertificatesView> {
    blocking(&desk, |desk| Ok(desk.known_certificates())).await
}

/// Gets a certificate, renews one, or goes on where that ended.
#[tauri::command]
pub(crate) async fn enrol(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
    new_key: bool,
) -> Answer<EnrolmentView> {
    let enrolling = blocking(&desk, move |desk| {
        tauri::async_runtime::block_on(desk.begin_enrolment(
            Some(&reader),
            KEY_LEVEL,
            wish(new_key),
        ))
    })
    .await?;
    let answer = ask(&app, &desk, enrolling.prompt().clone()).await?;
    let progress = |at| step(&app, at);
    let enrolled = desk
        .finish_enrolment(enrolling, answer.secret, &progress)
        .await;
    step(&app, StepView::Done);
    stale(&app, &["certificates"]);
    said(&desk, enrolled)
}

/// Makes a request that the person takes to a registration office; the answer is its path.
#[tauri::command]
pub(crate) async fn request_certificate(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
    new_key: bool,
) -> Answer<String> {
    let address = reader.clone();
    let view = blocking(&desk, move |desk| {
        desk.begin_request(Some(&address), KEY_LEVEL, wish(new_key))
    })
    .await?;
    let answer = ask(&app, &desk, view).await?;
    let place = Place::Folder(
        downloads(&app, &desk)?,
        "certificate-request.p10".to_owned(),
    );
    let made = blocking(&desk, move |desk| {
        let key = (KEY_LEVEL, wish(new_key));
        let path = desk.request_certificate(Some(&reader), answer.secret, key, None, &place)?;
        Ok(path.display().to_string())
    })
    .await;
    stale(&app, &["certificates"]);
    made
}

/// Checks a certificate among the files and writes it to the card; the other files help to find the way to
/// an authority that is trusted.
#[tauri::command]
pub(crate) async fn install_certificate(
    app: AppHandle,
    desk: Shared<'_>,
    handed: State<'_, Handed>,
    handles: Vec<u64>,
    reader: String,
) -> Answer<CertificateView> {
    let known = said(&desk, handed.these(&handles))?;
    let address = reader.clone();
    let (view, file, issuers) = blocking(&desk, move |desk| {
        let files = known.into_iter().map(|one| one.path).collect();
        let (file, issuers) = desk.certificate_and_issuers(files)?;
        Ok((desk.begin_install(Some(&address), &file)?, file, issuers))
    })
    .await?;
    let answer = ask(&app, &desk, view).await?;
    let installed = blocking(&desk, move |desk| {
        desk.install_certificate(Some(&reader), answer.secret, KEY_LEVEL, &file, &issuers)
    })
    .await;
    stale(&app, &["certificates"]);
    installed
}

#[tauri::command]
pub(crate) async fn revoke_certificate(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
    reason: RevocationReasonView,
) -> Answer {
    let ending = blocking(&desk, move |desk| {
        tauri::async_runtime::block_on(desk.begin_revocation(Some(&reader), KEY_LEVEL, reason))
    })
    .await?;
    let answer = ask(&app, &desk, ending.prompt().clone()).await?;
    said(&desk, desk.finish_revocation(ending, answer.secret).await)
}

/// Sets the password by which the certificate can be revoked when the card is lost.
#[tauri::command]
pub(crate) async fn set_revocation_password(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer {
    let ending = blocking(&desk, move |desk| {
        tauri::async_runtime::block_on(desk.begin_revocation_password(Some(&reader), KEY_LEVEL))
    })
    .await?;
    let password = ask(&app, &desk, PromptView::RevocationPassword).await?;
    let answer = ask(&app, &desk, ending.prompt().clone()).await?;
    let set = desk
        .finish_revocation_password(ending, answer.secret, password.secret)
        .await;
    said(&desk, set)
}

/// Saves the certificate for others, who then can encrypt for the person; the answer is its path.
#[tauri::command]
pub(crate) async fn save_certificate(
    app: AppHandle,
    desk: Shared<'_>,
    reader: String,
) -> Answer<String> {
    let address = reader.clone();
    let status = blocking(&desk, move |desk| desk.usable_card(Some(&address))).await?;
    let view = PromptView::TakeCertificate { pin: status.pin };
    let answer = ask(&app, &desk, view).await?;
    let folder = downloads(&app, &desk)?;
    let saved = blocking(&desk, move |desk| {
        let saved = desk.save_certificate(Some(&reader), answer.secret, KEY_LEVEL, |own| {
            Place::Folder(folder, own.file_name.clone())
        });
        Ok(saved?.display().to_string())
    })
    .await;
    stale(&app, &["certificates"]);
    saved
}
