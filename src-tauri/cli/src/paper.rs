//! An application on paper: printed, and checked by its codes.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use kabinet_desk::Outcome;

use crate::commands::Call;
use crate::secrets::Kind;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct PaperArguments {
    #[command(subcommand)]
    command: Option<PaperCommand>,
    /// Id of the application, sent or waiting
    #[arg(required = true)]
    id: Option<String>,
    /// The PDF file, or a folder
    #[arg(short, long, value_name = "FILE", default_value = ".")]
    out: PathBuf,
}

#[derive(Subcommand)]
enum PaperCommand {
    /// Check the signature that the codes of a paper hold, and show what was signed; no store is needed
    Verify {
        /// Pictures of the paper (PNG, JPEG), files with the texts of its codes, or these texts
        #[arg(required = true, value_name = "TEXT-OR-FILE")]
        codes: Vec<String>,
        /// The signed application, for a paper whose codes hold only its signature
        #[arg(long, value_name = "FILE")]
        content: Option<PathBuf>,
        /// Folder of trust anchors (*.cer), instead of the profile's
        #[arg(long, value_name = "DIR")]
        trust: Option<PathBuf>,
    },
}

/// Prints or checks; the exit code, of a check as that of `verify`.
pub(crate) fn run(call: &Call, arguments: &PaperArguments) -> Outcome<u8> {
    match &arguments.command {
        Some(PaperCommand::Verify {
            codes,
            content,
            trust,
        }) => verify(call, codes, content.as_deref(), trust.as_deref()),
        None => {
            call.unlock()?;
            let id = arguments.id.as_deref().unwrap_or_default();
            call.show
                .written(&call.desk.save_paper(id, &arguments.out)?);
            Ok(0)
        }
    }
}

fn verify(
    call: &Call,
    codes: &[String],
    content: Option<&Path>,
    trust: Option<&Path>,
) -> Outcome<u8> {
    // An open store knows the names of the fields; without one the check is the same.
    let passphrase = call.secrets.given(Kind::Passphrase);
    if let Err(problem) = call.desk.unlock(passphrase.as_ref()) {
        tracing::info!("no catalogue for the paper: {problem}");
    }
    let paper = call.desk.read_paper(codes, content, trust)?;
    call.show.paper(&paper);
    Ok(match paper.report.verdict.as_str() {
        "valid" => 0,
        "invalid" => 1,
        _ => 2,
    })
}
