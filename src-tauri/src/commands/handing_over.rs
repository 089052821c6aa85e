//! A request of a page of the portal, which came by a link.

use kabinet_desk::view::StepView;
use kabinet_desk::{Code, Problem};
use tauri::{AppHandle, State};

use super::{Answer, Shared, ask, said, step};
use crate::opened::Opened;

/// Goes on with a link: takes its request, asks the person in the trusted prompt, gives the page what
/// it asked for, and shows the browser.
#[tauri::command]
pub(crate) async fn hand_over(
    app: AppHandle,
    desk: Shared<'_>,
    opened: State<'_, Opened>,
    handle: String,
    reader: String,
) -> Answer {
    let link = said(&desk, opened.link(&handle).ok_or(Code::LinkUsed.into()))?;
    step(&app, StepView::Portal);
    let begun = said(&desk, desk.begin_hand_over(&link, Some(&reader)).await);
    let finished = match begun {
        Ok(mut handed) => match ask(&app, &desk, handed.prompt().clone()).await {
            Ok(answer) => {
                let progress = |at| step(&app, at);
                let given = desk
                    .finish_hand_over(&mut handed, answer.secret, &answer.groups, &progress)
                    .await;
                said(&desk, given)
            }
            Err(problem) => Err(problem),
        },
        Err(problem) => Err(problem),
    };
    step(&app, StepView::Done);
    let address = finished?;
    let shown = open::that_detached(address.as_str());
    said(
        &desk,
        shown.map_err(|error| Problem::new(Code::NoBrowser).because(error.kind())),
    )
}
