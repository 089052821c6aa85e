//! Commands on files and signatures.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use kabinet_desk::view::{LevelView, ProblemView, VerifiedFileView};
use kabinet_desk::{
    Code, FileToSign, FileToVerify, Outcome, Place, Problem, SignWishes, VerifyWishes, Watching,
    content_beside, place_beside,
};

use crate::commands::{Call, confirmed};
use crate::file_arguments::{RaiseArguments, SignArguments, VerifyArguments};
use crate::secrets::Kind;

/// Nobody watches here: Ctrl-C ends the program, and the next run begins anew.
static NEVER: AtomicBool = AtomicBool::new(false);

fn unwatched<'a>() -> Watching<'a> {
    Watching {
        tell: &|_| (),
        stop: &NEVER,
    }
}

pub(crate) async fn sign(call: &Call, arguments: SignArguments) -> Outcome<u8> {
    let wishes = SignWishes {
        attached: arguments.attached,
        added: arguments.add,
        level: arguments.level.into(),
        key_level: arguments.key_level,
    };
    if arguments.files.len() > 1 && (arguments.output.is_some() || arguments.content.is_some()) {
        let reason = "--output and --content are for one file";
        return Err(Problem::new(Code::Usage).with("reason", reason));
    }
    if wishes.level > LevelView::B {
        remember(call)?;
    }
    let to_sign = |path: PathBuf| {
        let name = name_of(&path);
        let place = match &arguments.output {
            Some(output) => Place::File(output.clone()),
            None => place_beside(&path, None, &name, wishes),
        };
        let content = match &arguments.content {
            Some(content) => Some(content.clone()),
            None if wishes.added => content_beside(&path),
            None => None,
        };
        FileToSign {
            path,
            name,
            place,
            content,
        }
    };
    let files = arguments.files.iter().cloned().map(to_sign).collect();
    let mut signing = call
        .desk
        .begin_sign_files(files, wishes, call.reader(), &unwatched())
        .await?;
    call.show.prompt(signing.prompt());
    if !arguments.yes && !call.show.json && std::io::stdin().is_terminal() && !confirmed()? {
        return Err(Code::Cancelled.into());
    }
    let pin = call.secrets.ask(Kind::Pin, "PIN")?;
    let (files, asked) = call
        .desk
        .finish_sign_files(&mut signing, pin, &unwatched())
        .await?;
    call.show.signed_files(&files, &asked);
    Ok(u8::from(files.iter().any(|file| file.path.is_none())))
}

pub(crate) async fn verify(call: &Call, arguments: VerifyArguments) -> Outcome<u8> {
    if arguments.files.len() > 1 && arguments.content.is_some() {
        let reason = "--content is for one file";
        return Err(Problem::new(Code::Usage).with("reason", reason));
    }
    let content = |path: &Path| arguments.content.clone().or_else(|| content_beside(path));
    let files: Vec<_> = arguments
        .files
        .iter()
        .map(|path| FileToVerify {
            name: name_of(path),
            content: content(path).map(|content| {
                let name = name_of(&content);
                (content, name)
            }),
            path: path.clone(),
        })
        .collect();
    // What is said of certificates is kept in the store where it opens by itself.
    let _ = call
        .desk
        .unlock(call.secrets.given(Kind::Passphrase).as_ref());
    let wishes = VerifyWishes {
        trust: arguments.trust,
        at: arguments.at,
        offline: arguments.offline,
    };
    let views = call
        .desk
        .verify_files(&files, &wishes, &unwatched())
        .await?;
    call.show.verified_files(&views);
    let codes: Vec<u8> = views.iter().map(exit_code).collect();
    Ok(if codes.contains(&1) {
        1
    } else {
        codes.into_iter().max().unwrap_or_default()
    })
}

/// 0 for a valid signature, 1 for an invalid one or none, 2 where it cannot be told: of what is written in
/// a way that is not read here, too.
fn exit_code(view: &VerifiedFileView) -> u8 {
    let verdict = view.report.as_ref().map(|report| report.verdict.as_str());
    let is_unread = |problem: &ProblemView| problem.code == Code::SignatureUnread.name();
    match verdict {
        Some("valid") => 0,
        Some("invalid") => 1,
        Some(_) => 2,
        None if view.problem.as_ref().is_some_and(is_unread) => 2,
        None => 1,
    }
}

pub(crate) async fn raise(call: &Call, arguments: RaiseArguments) -> Outcome<u8> {
    if arguments.files.is_empty() {
        call.unlock()?;
        let raised = call.desk.raise_files(true).await?;
        let waiting = call.desk.files_to_raise()?;
        call.show.raising(raised, &waiting);
        return Ok(u8::from(!waiting.is_empty()));
    }
    // A file that waited waits no longer.
    let _ = call
        .desk
        .unlock(call.secrets.given(Kind::Passphrase).as_ref());
    let mut views = Vec::new();
    for file in &arguments.files {
        views.push(call.desk.raise_file(file, arguments.level.into()).await?);
    }
    call.show.raised(&views);
    Ok(0)
}

pub(crate) fn time_stamping(call: &Call, address: Option<&str>) -> Outcome {
    let address = match address {
        None => call.desk.time_stamping(),
        Some("none") => call.desk.keep_time_stamping("")?,
        Some(address) => call.desk.keep_time_stamping(address)?,
    };
    call.show.time_stamping(address.as_deref());
    Ok(())
}

/// Opens the store, so that a signature that cannot be raised now is raised later; without a store
/// nothing remembers it, and the person is told.
fn remember(call: &Call) -> Outcome {
    match call.unlock() {
        Err(problem) if problem.code == Code::NoStore => Ok(()),
        other => other,
    }
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use kabinet_desk::view::Language;

    use super::*;

    #[test]
    fn of_what_is_not_read_nothing_can_be_told() {
        let code = |code: Code| {
            exit_code(&VerifiedFileView {
                name: "a.p7s".to_owned(),
                content: None,
                report: None,
                problem: Some(Problem::new(code).view(Language::En)),
            })
        };
        assert_eq!(code(Code::SignatureUnread), 2);
        assert_eq!(code(Code::FileNotSignature), 1);
        assert_eq!(code(Code::FileUnreadable), 1);
    }
}
