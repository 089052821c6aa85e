//! Sign-in with the card, and the passphrase of the person's store.

use std::io::IsTerminal as _;

use kabinet_desk::view::{PromptView, StepView};
use kabinet_desk::{Code, Outcome, Passphrases, Problem, Secret};

use crate::commands::Call;
use crate::secrets::{Kind, typed};

pub(crate) async fn login(call: &Call, share: Option<&[String]>) -> Outcome {
    let mut sign_in = call.desk.begin_sign_in(call.reader()).await?;
    let PromptView::SignIn { consent, pin } = sign_in.prompt() else {
        return Err(Code::Internal.into());
    };
    call.show.consent(consent, pin);
    let groups: Vec<u8> = match share {
        None => consent.claims.iter().map(|claim| claim.group).collect(),
        Some(names) => {
            for name in names {
                if !consent.claims.iter().any(|claim| claim.name == *name) {
                    return Err(Problem::new(Code::Usage).with("reason", format!("--share {name}")));
                }
            }
            let shared = consent.claims.iter();
            let shared = shared.filter(|claim| claim.required || names.contains(&claim.name));
            shared.map(|claim| claim.group).collect()
        }
    };
    let pin = call.secrets.ask(Kind::Pin, "PIN")?;
    let show = &call.show;
    let progress = |step: StepView| show.step(step);
    let given = call.secrets.given(Kind::Passphrase);
    let chosen = match given {
        // Where there is no key store, a new store's passphrase is chosen before the card is asked.
        None if call.desk.needs_new_passphrase() => Some(new_passphrase(call)?),
        _ => None,
    };
    let passphrases = Passphrases {
        opens: given.as_ref(),
        makes: given.as_ref().or(chosen.as_ref()),
    };
    let mut kept = call
        .desk
        .finish_sign_in(&mut sign_in, pin, &groups, passphrases, &progress)
        .await;
    // Whose store it is, only the card has told.
    while let Err(problem) = &kept
        && given.is_none()
        && std::io::stdin().is_terminal()
    {
        let (passphrase, new) = match problem.code {
            Code::PassphraseNeeded | Code::PassphraseShort => (new_passphrase(call)?, true),
            Code::StoreLocked | Code::PassphraseWrong => {
                (typed(&call.show.say("passphrase"))?, false)
            }
            _ => break,
        };
        let passphrases = Passphrases::typed(&passphrase, new);
        kept = call.desk.keep_signed_in(&mut sign_in, passphrases).await;
    }
    call.show.person(&kept?);
    Ok(())
}

/// A new passphrase; typed twice, since nobody sees what is typed.
fn new_passphrase(call: &Call) -> Outcome<Secret> {
    loop {
        let new = typed(&call.show.say("new-passphrase"))?;
        let again = typed(&call.show.say("new-passphrase-again"))?;
        if again.expose() == new.expose() {
            return Ok(new);
        }
        eprintln!("{}", call.show.say("passphrases-differ"));
    }
}
