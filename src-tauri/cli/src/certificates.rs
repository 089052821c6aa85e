//! `cert`: certificates of the keys on the card.

use std::io::IsTerminal as _;

use kabinet_desk::view::{RevocationReasonView, StepView};
use kabinet_desk::{Code, KeyWish, Outcome, Place, Problem, Secret};

use crate::arguments::{CertCommand, EnrolArguments, WhyRevoked};
use crate::commands::{Call, confirmed};
use crate::secrets::{Kind, typed};

/// Runs one of them.
pub(crate) async fn run(call: &Call, command: CertCommand) -> Outcome {
    match command {
        CertCommand::Show => call.show.certificates(&call.contents()?.certificates),
        CertCommand::Status => {
            // Where a store is at hand, the ends of certificates are noted for reminders.
            let _ = call.desk.unlock(None);
            let contents = call.contents()?;
            call.show.certificate_status(&contents);
        }
        // What stands on the card decides what there is to do: a certificate is renewed, a request
        // asked after, a key without either certified.
        CertCommand::Enrol(arguments) | CertCommand::Renew(arguments) => {
            enrol(call, &arguments).await?;
        }
        CertCommand::Request {
            output,
            info,
            place,
            new_key,
        } => {
            let _ = call.desk.unlock(None);
            let pin = call.secrets.ask(Kind::Pin, "PIN")?;
            let key = (place.level, wish(new_key));
            let output = call.desk.request_certificate(
                call.reader(),
                pin,
                key,
                info,
                &Place::File(output),
            )?;
            call.show.written(&output);
        }
        CertCommand::Save { output, place } => {
            let _ = call.desk.unlock(None);
            let pin = call.secrets.ask(Kind::Pin, "PIN")?;
            let saved = call
                .desk
                .save_certificate(call.reader(), pin, place.level, |own| match output {
                    Some(output) => Place::File(output),
                    None => Place::Folder(".".into(), own.file_name.clone()),
                })?;
            call.show.written(&saved);
        }
        CertCommand::Revoke {
            reason,
            authority,
            lost,
            place,
            yes,
        } => {
            if let Some(address) = &authority {
                call.desk.use_registration(address);
            }
            if !yes {
                call.show.warn("revoke-what");
                if !std::io::stdin().is_terminal() || !confirmed()? {
                    return Err(Code::Cancelled.into());
                }
            }
            let reason = match reason {
                WhyRevoked::Cessation => RevocationReasonView::Cessation,
                WhyRevoked::KeyCompromise => RevocationReasonView::KeyCompromise,
                WhyRevoked::Changed => RevocationReasonView::Changed,
                WhyRevoked::Superseded => RevocationReasonView::Superseded,
            };
            if let Some(certificate) = lost {
                let prompt = call.show.say("revocation-password");
                let password = call.secrets.ask(Kind::RevocationPassword, &prompt)?;
                call.desk
                    .revoke_by_password(&certificate, password, reason)
                    .await?;
            } else {
                let ending = call
                    .desk
                    .begin_revocation(call.reader(), place.level, reason)
                    .await?;
                let pin = call.secrets.ask(Kind::Pin, "PIN")?;
                call.desk.finish_revocation(ending, pin).await?;
            }
            call.show.done();
        }
        CertCommand::Password { authority, place } => {
            if let Some(address) = &authority {
                call.desk.use_registration(address);
            }
            let ending = call
                .desk
                .begin_revocation_password(call.reader(), place.level)
                .await?;
            let password = new_password(call)?;
            let pin = call.secrets.ask(Kind::Pin, "PIN")?;
            call.desk
                .finish_revocation_password(ending, pin, password)
                .await?;
            call.show.done();
        }
        CertCommand::Install {
            file,
            issuer,
            place,
        } => {
            let _ = call.desk.unlock(None);
            let pin = call.secrets.ask(Kind::Pin, "PIN")?;
            let installed =
                call.desk
                    .install_certificate(call.reader(), pin, place.level, &file, &issuer)?;
            call.show.certificates(&[installed]);
        }
    }
    Ok(())
}

/// The new password for revocation, typed twice where it was not handed over.
fn new_password(call: &Call) -> Outcome<Secret> {
    if let Some(password) = call.secrets.given(Kind::RevocationPassword) {
        return Ok(password);
    }
    let password = typed(&call.show.say("revocation-password"))?;
    let again = typed(&call.show.say("revocation-password-again"))?;
    if password.expose() == again.expose() {
        Ok(password)
    } else {
        Err(Problem::new(Code::Usage).with("reason", call.show.say("passwords-differ")))
    }
}

async fn enrol(call: &Call, arguments: &EnrolArguments) -> Outcome {
    if let Some(address) = &arguments.authority {
        call.desk.use_registration(address);
    }
    let _ = call.desk.unlock(None);
    let level = arguments.place.level;
    let enrolling = call
        .desk
        .begin_enrolment(call.reader(), level, wish(arguments.new_key))
        .await?;
    call.show.enrolling(enrolling.prompt());
    let asks = !arguments.yes && !call.show.json && std::io::stdin().is_terminal();
    if asks && !confirmed()? {
        return Err(Code::Cancelled.into());
    }
    let pin = call.secrets.ask(Kind::Pin, "PIN")?;
    let show = &call.show;
    let progress = |step: StepView| show.step(step);
    let enrolled = call
        .desk
        .finish_enrolment(enrolling, pin, &progress)
        .await?;
    call.show.enrolled(&enrolled);
    Ok(())
}

const fn wish(new_key: bool) -> KeyWish {
    if new_key {
        KeyWish::Anew
    } else {
        KeyWish::Keep
    }
}
