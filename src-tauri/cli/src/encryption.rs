//! `encrypt` and `decrypt`.

use kabinet_desk::Outcome;

use crate::arguments::{DecryptArguments, EncryptArguments};
use crate::commands::{Call, beside};
use crate::secrets::Kind;

pub(crate) fn encrypt(call: &Call, arguments: &EncryptArguments) -> Outcome {
    let output = arguments.output.clone();
    let output = output.unwrap_or_else(|| beside(&arguments.file, ".p7m"));
    let progress = call.show.progress();
    let view = call
        .desk
        .encrypt_file(&arguments.file, &arguments.to, &output, &|done, all| {
            progress.tell(done, all);
        })?;
    progress.end();
    call.show.encrypted(&view);
    Ok(())
}

pub(crate) fn decrypt(call: &Call, arguments: &DecryptArguments) -> Outcome {
    let output = arguments.output.clone();
    let output = output.unwrap_or_else(|| call.desk.decrypted_path(&arguments.file));
    let decrypting = call.desk.begin_decrypt(&arguments.file, call.reader())?;
    call.show.prompt(decrypting.prompt());
    let pin = call.secrets.ask(Kind::Pin, "PIN")?;
    let progress = call.show.progress();
    let view = call
        .desk
        .finish_decrypt(decrypting, &output, pin, &|done, all| {
            progress.tell(done, all);
        })?;
    progress.end();
    call.show.decrypted(&view);
    Ok(())
}
