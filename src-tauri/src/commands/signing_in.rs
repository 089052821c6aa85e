//! Sign-in with the card, and its end.

use std::sync::Arc;

use kabinet_desk::view::{AdditionalDataView, PersonView, PromptView, StepView};
use kabinet_desk::{Code, Desk, Outcome, Passphrases, SignIn};
use tauri::AppHandle;

use super::{AREA, Answer, Shared, ask, blocking, said, stale, step};
use crate::paper::clear_outside;
use crate::prompt;

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
    match finish(app, desk, &mut sign_in).await {
        // The prompt went with what was closed: nobody stopped it by hand.
        Err(problem) if problem.code == Code::Cancelled && desk.has_closed_since(&sign_in) => {
            Err(Code::ClosedMeanwhile.into())
        }
        done => done,
    }
}

async fn finish(app: &AppHandle, desk: &Desk, sign_in: &mut SignIn) -> Outcome<PersonView> {
    // A new store's passphrase is chosen first, so that nothing that the PIN opened has to wait for it.
    let chosen = if desk.needs_new_passphrase() {
        let view = PromptView::Passphrase { new: true };
        Some(prompt::ask(app, view).await?.secret)
    } else {
        None
    };
    let answer = prompt::ask(app, sign_in.prompt().clone()).await?;
    let progress = |at| step(app, at);
    let mut kept = desk
        .finish_sign_in(
            sign_in,
            answer.secret,
            &answer.groups,
            Passphrases {
                opens: None,
                makes: chosen.as_ref(),
            },
            &progress,
        )
        .await;
    // Whose store it is, only the card has told.
    while let Err(problem) = &kept {
        let new = match problem.code {
            Code::PassphraseNeeded | Code::PassphraseShort => true,
            Code::StoreLocked | Code::PassphraseWrong => false,
            _ => break,
        };
        let answer = prompt::ask(app, PromptView::Passphrase { new }).await?;
        let passphrases = Passphrases::typed(&answer.secret, new);
        kept = desk.keep_signed_in(sign_in, passphrases).await;
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
pub(crate) async fn logout_everywhere(app: AppHandle, desk: Shared<'_>) -> Answer {
    said(&desk, desk.logout_everywhere().await)?;
    stale(&app, &["person"]);
    Ok(())
}

#[tauri::command]
pub(crate) async fn forget(app: AppHandle, desk: Shared<'_>) -> Answer {
    let whose = desk.whose().unwrap_or_default();
    let loss = blocking(&desk, |desk| Ok(desk.loss().ok())).await?;
    ask(&app, &desk, PromptView::Forget { loss }).await?;
    clear_outside(&app, &desk);
    said(&desk, desk.forget(&whose).await)?;
    stale(&app, AREA);
    Ok(())
}
