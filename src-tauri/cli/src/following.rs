//! Messages, documents, letters, and passes without end.

use std::io::{IsTerminal as _, Read as _, Write as _};

use kabinet_desk::view::StepView;
use kabinet_desk::{Code, LetterSigning, Outcome, Problem};

use crate::arguments::{DocumentsCommand, MessagesCommand};
use crate::commands::{ALL, Call, confirmed, to_attach};
use crate::secrets::Kind;

pub(crate) async fn messages(call: &Call, command: Option<MessagesCommand>) -> Outcome {
    call.unlock()?;
    match command {
        None => call.show.messages(&call.desk.messages(None, ALL)?),
        Some(MessagesCommand::Reply {
            message,
            text,
            attach,
            yes,
        }) => {
            let text = if text == "-" {
                let mut read = String::new();
                std::io::stdin()
                    .read_to_string(&mut read)
                    .map_err(|error| Problem::new(Code::FileUnreadable).because(error))?;
                read
            } else {
                text
            };
            // Only what is named now is handed in, whatever an earlier try left.
            call.desk.remove_reply_attachment(&message, None)?;
            for path in &attach {
                let (file, name, size) = to_attach(path)?;
                call.desk.attach_to_reply(&message, &name, size, file)?;
            }
            let signing = call.desk.begin_reply(&message, &text, call.reader())?;
            send(call, signing, yes).await?;
        }
    }
    Ok(())
}

pub(crate) fn documents(call: &Call, command: Option<DocumentsCommand>) -> Outcome {
    call.unlock()?;
    match command {
        None => call.show.documents(&call.desk.documents(None, ALL)?),
        Some(DocumentsCommand::Save { id, output }) => {
            call.show.written(&call.desk.save_document(&id, &output)?);
        }
    }
    Ok(())
}

/// Shows, signs and sends a letter, or lets it wait.
pub(crate) async fn send(call: &Call, mut signing: LetterSigning, yes: bool) -> Outcome {
    let show = &call.show;
    show.prompt(signing.prompt());
    if !yes && !show.json && std::io::stdin().is_terminal() && !confirmed()? {
        return Err(Code::Cancelled.into());
    }
    let pin = call.secrets.ask(Kind::Pin, "PIN")?;
    let progress = |step: StepView| show.step(step);
    let item = call
        .desk
        .finish_letter(&mut signing, pin, &progress)
        .await?;
    // Signed and safe: whether it leaves now or later is no failure of signing.
    match call.desk.sync().await {
        Ok(sync) if sync.letters.contains(&item.id) => show.delivered(&item.id),
        Ok(_) => show.waits(&call.desk.outbox()?, &item.id, None),
        Err(problem) => show.waits(&call.desk.outbox()?, &item.id, Some(&problem)),
    }
    Ok(())
}

/// Passes until the program is stopped. What fails is shown and tried again.
pub(crate) async fn watch(call: &Call) -> Outcome {
    call.unlock()?;
    let mut watch = call.desk.watch_portal()?;
    loop {
        match call.desk.sync().await {
            Ok(view) => {
                watch.passed();
                call.show.sync(&view);
            }
            Err(problem) if problem.is_retryable() => {
                watch.failed();
                call.show.problem(&problem);
            }
            Err(problem) => return Err(problem),
        }
        let _ = std::io::stdout().flush();
        watch.next(&call.desk).await;
    }
}
