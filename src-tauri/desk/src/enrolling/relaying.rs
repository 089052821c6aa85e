//! Enroll2: the registration authority is a terminal of the card, and what both say is carried.

use std::sync::Arc;

use kabinet_portal::{Enrolment, Issued, Registration, Step};
use kabinet_stb::Secret;
use kabinet_stb::access::EidRights;
use kabinet_token::{Hello, Password, Session};

use crate::problem::{Code, Problem};
use crate::signing_in::carry;
use crate::view::StepView;
use crate::{Outcome, apart};

/// Data groups that a registration authority may read, and no others, as the trusted prompt says:
/// serial number, names, personal number, nationality.
const GROUPS: [u8; 6] = [1, 4, 5, 6, 7, 10];

/// Hands in the request, lets the authority's terminal read who holds the card, and gives what it
/// answers.
pub(super) async fn enrol(
    registration: &Registration,
    session: Session,
    request: &[u8],
    pin: Arc<Secret>,
    progress: &(dyn Fn(StepView) + Sync),
) -> Outcome<Issued> {
    let mut enrolment = Enrolment::begin(registration, request).await?;
    let terminal = enrolment.terminal();
    let claims = &terminal.request().claims;
    if claims.iter().any(|claim| !GROUPS.contains(&claim.group)) {
        let problem = Problem::new(Code::PortalGarbage);
        return Err(problem.because("it asks for more than it says"));
    }
    let groups: Vec<u8> = claims.iter().map(|claim| claim.group).collect();
    let (hash, auxiliary, certificates) = (
        terminal.request_hash(),
        terminal.auxiliary_data().to_vec(),
        terminal.certificates().to_vec(),
    );
    progress(StepView::Terminal);
    let (access, started) = apart(move || {
        let mut session = session;
        let hello = Hello {
            eid: Some(EidRights::read_groups(&groups)),
            esign: None,
            signatures_per_confirmation: None,
        };
        session.prove(Password::Pin, &pin, &hello)?;
        let access = session.access().to_vec();
        let started = session.begin_terminal(&hash, &auxiliary, &certificates)?;
        Ok((access, started))
    })
    .await?;
    let batch = enrolment.answer_m1(&access, &started.m1).await?;
    let (mut relay, m3) = apart(move || Ok(started.finish_terminal(&batch.m2)?)).await?;
    progress(StepView::Reading);
    let (back, responses) = carry(relay, batch.commands).await?;
    relay = back;
    let mut step = enrolment.answer_m3(&m3, &responses).await?;
    loop {
        match step {
            Step::Done(issued) => return Ok(issued),
            Step::More(commands) => {
                let (back, responses) = carry(relay, commands).await?;
                relay = back;
                step = enrolment.answer_more(&responses).await?;
            }
        }
    }
}
