//! `encrypt` and `decrypt`.

use std::sync::atomic::AtomicBool;

use kabinet_desk::{EncryptWishes, Outcome, Place, Watching};

use crate::arguments::{DecryptArguments, EncryptArguments};
use crate::commands::{Call, beside};
use crate::secrets::Kind;

/// Nobody stops it but by Ctrl-C, which ends the program.
static NEVER: AtomicBool = AtomicBool::new(false);

pub(crate) async fn encrypt(call: &Call, arguments: &EncryptArguments) -> Outcome {
    let output = arguments.output.clone();
    let output = output.unwrap_or_else(|| beside(&arguments.file, ".p7m"));
    let wishes = EncryptWishes {
        offline: arguments.offline,
        even_revoked: arguments.even_revoked,
    };
    // Where a store is at hand, what was told of recipients is kept in it.
    let _ = call
        .desk
        .unlock(call.secrets.given(Kind::Passphrase).as_ref());
    let progress = call.show.progress();
    let watching = Watching {
        tell: &|view| progress.tell(view.done, view.size),
        stop: &NEVER,
    };
    let place = Place::File(output);
    let view = call
        .desk
        .encrypt_file(&arguments.file, &arguments.to, wishes, &place, &watching)
        .await?;
    progress.end();
    call.show.encrypted(&view);
    Ok(())
}

pub(crate) fn decrypt(call: &Call, arguments: &DecryptArguments) -> Outcome {
    let output = arguments.output.clone();
    let output = output.unwrap_or_else(|| call.desk.decrypted_path(&arguments.file));
    let decrypting =
        call.desk
            .begin_decrypt(&arguments.file, None, arguments.key_level, call.reader())?;
    call.show.prompt(decrypting.prompt());
    let pin = call.secrets.ask(Kind::Pin, "PIN")?;
    let progress = call.show.progress();
    let watching = Watching {
        tell: &|view| progress.tell(view.done, view.size),
        stop: &NEVER,
    };
    let place = Place::File(output);
    let view = call
        .desk
        .finish_decrypt(decrypting, &place, pin, (1, 1), &watching)?;
    progress.end();
    call.show.decrypted(&view);
    Ok(())
}
