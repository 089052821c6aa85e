//! Words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kabinet_desk::KEY_LEVEL;
use kabinet_desk::view::Language;

use crate::file_arguments::{RaiseArguments, SignArguments, VerifyArguments};
use crate::keep::KeepArguments;
use crate::paper::PaperArguments;
use crate::proxy::ProxyCommand;

/// Kabinet on the command line: the ID card, the portal, applications, offline.
#[derive(Parser)]
#[command(
    name = "kabinet-cli",
    version,
    about,
    after_help = "\
Examples:
  kabinet-cli readers
  kabinet-cli card status --json
  kabinet-cli login
  kabinet-cli catalog search паспарт
  kabinet-cli draft new 2.35 --data values.json
  kabinet-cli apply 0197a1b2-...
  kabinet-cli messages reply 0197a1b2-... --text 'Here it is.'
  kabinet-cli verify contract.p7m

Secrets are asked for on the terminal, or read with --secrets FILE (- is standard input) as a JSON
object with pin, can, puk, new_pin, passphrase, mrz, proxy_password, revocation_password. They are
never arguments.
mrz is the printed lines as a text, or an object with number, date_of_birth, date_of_expiry (YYMMDD).
Exit codes: 0 done (verify: valid), 1 not done (verify: invalid), 2 wrong words (verify: cannot tell),
130 ended by Ctrl-C, which is safe at any point. There are no colours but in this help, and with
NO_COLOR none at all."
)]
pub(crate) struct Arguments {
    /// Prints one JSON document on standard output, errors included
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The reader to use, as `readers` names it, or tcp:HOST:PORT for a remote card
    #[arg(long, global = true, value_name = "NAME")]
    pub(crate) reader: Option<String>,
    /// Folder of settings and stores [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) profile: Option<PathBuf>,
    /// Address of the portal, instead of the one in the settings
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) portal: Option<String>,
    /// Language of messages
    #[arg(long, global = true, value_enum)]
    pub(crate) lang: Option<Lang>,
    /// Where to read secrets from: a file, or - for standard input
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) secrets: Option<PathBuf>,
    /// Writes the commands to the card into a file: headers, statuses, lengths and times, no data
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Gives the command so much time; what is not done by then is stopped
    #[arg(long, global = true, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) timeout: Option<u64>,
    /// Says on standard error what is going on; twice says more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    #[command(subcommand)]
    pub(crate) command: Command,
}

impl Arguments {
    /// The language asked for, or English until the settings are read.
    pub(crate) fn language(&self) -> Language {
        self.lang.map_or(Language::En, Lang::language)
    }
}

/// A language by its code.
#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Lang {
    /// Belarusian
    Be,
    /// Russian
    Ru,
    /// English
    En,
}

impl Lang {
    pub(crate) fn language(self) -> Language {
        match self {
            Self::Be => Language::Be,
            Self::Ru => Language::Ru,
            Self::En => Language::En,
        }
    }
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Readers, whether a card is in, and what it is
    Readers {
        /// One line an event, until stopped or until --timeout
        #[arg(long)]
        watch: bool,
    },
    /// Whether this computer can use a card, and what is missing; a report for the help desk
    Doctor,
    /// The card in the reader
    Card {
        #[command(subcommand)]
        command: CardCommand,
    },
    /// Care for the PIN
    Pin {
        #[command(subcommand)]
        command: PinCommand,
    },
    /// Keys for signatures on the card, after the PIN
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Certificates of the keys
    Cert {
        #[command(subcommand)]
        command: CertCommand,
    },
    /// Sign in to the portal with the card
    Login {
        /// What to share, by name, separated by commas [default: everything asked for]
        #[arg(long, value_name = "CLAIM,...", value_delimiter = ',')]
        share: Option<Vec<String>>,
    },
    /// Sign out; the store stays
    Logout {
        /// End your sessions on all computers, not only here
        #[arg(long)]
        everywhere: bool,
    },
    /// Who is signed in
    Whoami,
    /// Procedures of the catalogue, offline
    Catalog {
        #[command(subcommand)]
        command: CatalogCommand,
    },
    /// Everything in the store that has the words: procedures, drafts, what waits, applications; offline
    Search {
        /// Words in any form and language, the last may be a beginning; or a number
        #[arg(required = true)]
        words: Vec<String>,
        /// Most records of your own that are listed
        #[arg(long, default_value_t = 50, value_name = "N")]
        count: usize,
    },
    /// Drafts of applications
    Draft {
        #[command(subcommand)]
        command: DraftCommand,
    },
    /// Sign a draft with the card and send it, or let it wait in the outbox
    Apply(ApplyArguments),
    /// What waits to leave, and why
    Outbox {
        #[command(subcommand)]
        command: Option<OutboxCommand>,
    },
    /// One pass of synchronisation: send what waits, fetch what changed
    Sync {
        /// Goes on until stopped: a pass when the portal says that something changed, and now and
        /// then; one line (or JSON line) a pass
        #[arg(long)]
        watch: bool,
    },
    /// Applications that the portal knows, offline
    Applications {
        #[command(subcommand)]
        command: Option<ApplicationsCommand>,
        /// Go on after this application, as the last of an earlier list
        #[arg(long, value_name = "ID")]
        after: Option<String>,
        /// Most applications that are listed
        #[arg(long, default_value_t = 10_000, value_name = "N")]
        count: usize,
    },
    /// Persons who have a store here
    Person {
        #[command(subcommand)]
        command: PersonCommand,
    },
    /// The encrypted store on this computer
    Store {
        #[command(subcommand)]
        command: StoreCommand,
    },
    /// Messages on applications, offline
    Messages {
        #[command(subcommand)]
        command: Option<MessagesCommand>,
    },
    /// What authorities issued, with its signature checked, offline
    Documents {
        #[command(subcommand)]
        command: Option<DocumentsCommand>,
    },
    /// An application on paper: as PDF, or checked by the codes on it
    #[command(after_help = "\
Examples:
  kabinet-cli paper 0197a1b2-... --out application.pdf
  kabinet-cli paper verify page2.png")]
    Paper(PaperArguments),
    /// Requests that are due within a week
    Due,
    /// Which portal is set, and with what its server shows who it is
    Portal,
    /// The proxy between this computer and the portal
    Proxy {
        #[command(subcommand)]
        command: ProxyCommand,
    },
    /// How long finished applications stay on this computer, with their messages and documents
    #[command(after_help = "\
Examples:
  kabinet-cli keep
  kabinet-cli keep 3 --dry-run
  kabinet-cli keep all

Drafts, what waits and what is not decided always stay. What leaves is still at the portal and comes
again when more is kept.")]
    Keep(KeepArguments),
    /// Everything of yours in one ZIP file that is not encrypted
    Export {
        /// The file, or a folder
        file: PathBuf,
    },
    /// Remove everything of the person from this computer; the portal keeps what it has
    Forget {
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Sign files with the card (CAdES), all with one PIN
    #[command(
        after_help = "Examples:\n  kabinet-cli sign contract.pdf plan.pdf --level lt\n  kabinet-cli sign --add contract.pdf.p7s"
    )]
    Sign(SignArguments),
    /// Verify signatures and explain the result
    #[command(
        after_help = "Exit code: 0 all are valid, 1 one is invalid or cannot be opened, 2 it cannot be told of one."
    )]
    Verify(VerifyArguments),
    /// Encrypt a file for the holders of certificates; no card is needed
    Encrypt(EncryptArguments),
    /// Decrypt a file with the card
    Decrypt(DecryptArguments),
    /// Raise signatures: a time stamp proves when they were made, and what is needed to check them in
    /// years to come is put in
    Raise(RaiseArguments),
    /// Who gives time stamps; with an address sets it, with `none` nobody does
    TimeStamping {
        /// Address, such as https://tsa.example/
        #[arg(value_name = "URL")]
        address: Option<String>,
    },
    /// Write shell completions and manual pages into a folder, for packagers
    Manual {
        /// The folder
        dir: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum CardCommand {
    /// State of the PIN and attempts left, without any secret
    Status,
    /// What is on the card
    Read {
        /// The secret that opens it: `pin` for holder, keys and certificates; `can`, or the lines
        /// printed for machines (`mrz`), for the printed data and the photo
        #[arg(long = "with", value_name = "SECRET", default_value = "pin")]
        with: ReadWith,
    },
}

/// What opens a card for reading.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReadWith {
    Pin,
    Can,
    Mrz,
}

#[derive(Subcommand)]
pub(crate) enum KeyCommand {
    /// The places for keys and what is in them
    List,
    /// Make a key on the card, which never leaves it
    Generate {
        #[command(flatten)]
        place: Place,
    },
    /// Switch a key off, until it is switched on again
    Disable {
        #[command(flatten)]
        place: Place,
    },
    /// Switch a key on
    Enable {
        #[command(flatten)]
        place: Place,
    },
    /// Destroy a key for ever
    Destroy {
        #[command(flatten)]
        place: Place,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Which key: the card has one place a level.
#[derive(Args)]
pub(crate) struct Place {
    /// Level of the key: 128, 192 or 256; all cards have 128, the others are optional
    #[arg(long, default_value_t = KEY_LEVEL)]
    pub(crate) level: u16,
}

#[derive(Subcommand)]
pub(crate) enum CertCommand {
    /// The certificates on the card, after the PIN
    Show,
    /// Which keys have a certificate, how long it lasts, and what is waited for
    Status,
    /// Get a certificate through the registration authority; a request that waits is asked after
    Enrol(EnrolArguments),
    /// Get a new certificate; the old one stays until it is there
    Renew(EnrolArguments),
    /// Make a request for a certificate, which you take to a registration office yourself
    Request {
        /// Where to write the request (DER)
        #[arg(short, long, value_name = "OUT")]
        output: PathBuf,
        /// A word for the authority, such as the number of a payment
        #[arg(long, value_name = "TEXT")]
        info: Option<String>,
        #[command(flatten)]
        place: Place,
        /// Destroy the key on the card and make another one
        #[arg(long)]
        new_key: bool,
    },
    /// Write the certificate of your card into a file, for those who encrypt for you
    Save {
        /// Where to write it (DER) [default: a file by your name, here]
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
    /// Have the certificate revoked for ever, such as when the key is needed no more
    Revoke {
        /// Why
        #[arg(long, value_enum, default_value_t = WhyRevoked::Cessation)]
        reason: WhyRevoked,
        /// Address of the registration authority [default: the one in the settings, else the portal]
        #[arg(long, value_name = "URL")]
        authority: Option<String>,
        /// Without the card, which is lost: the certificate (DER or PEM), by the password for revocation
        // The certificate tells the level.
        #[arg(long, value_name = "CERT", conflicts_with = "level")]
        lost: Option<PathBuf>,
        #[command(flatten)]
        place: Place,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
    },
    /// Set the password by which the certificate can be revoked when the card is lost
    Password {
        /// Address of the registration authority [default: the one in the settings, else the portal]
        #[arg(long, value_name = "URL")]
        authority: Option<String>,
        #[command(flatten)]
        place: Place,
    },
    /// Check a certificate against the key on the card and write it there
    Install {
        /// The certificate (DER)
        file: PathBuf,
        /// Certificates of authorities between it and one that you trust
        #[arg(long, value_name = "FILE", num_args = 1..)]
        issuer: Vec<PathBuf>,
        #[command(flatten)]
        place: Place,
    },
}

/// Why a certificate is revoked.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhyRevoked {
    /// It is needed no more
    Cessation,
    /// The key is, or may be, in other hands
    KeyCompromise,
    /// What it says of you has changed
    Changed,
    /// Another certificate took its place
    Superseded,
}

#[derive(Args)]
pub(crate) struct EnrolArguments {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Destroy the key on the card and make another one
    #[arg(long)]
    pub(crate) new_key: bool,
    /// Address of the registration authority [default: the one in the settings, else the portal]
    #[arg(long, value_name = "URL")]
    pub(crate) authority: Option<String>,
    /// Do not ask for confirmation
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Subcommand)]
pub(crate) enum PinCommand {
    /// Change the PIN
    Change,
    /// Give a suspended PIN its last attempt back, with the CAN printed on the card
    Resume,
    /// Unblock the PIN with the PUK
    Unblock {
        /// Choose a new PIN at the same time
        #[arg(long)]
        new_pin: bool,
    },
    /// Switch the PIN off, until the PUK switches it on again
    Disable,
    /// Switch the PIN on with the PUK
    Enable,
}

#[derive(Subcommand)]
pub(crate) enum CatalogCommand {
    /// Procedures that match the words, the best first
    Search {
        /// Words in any form and language, or an official number; nothing for all
        words: Vec<String>,
    },
    /// One procedure with its form
    Show {
        /// Official number
        code: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum DraftCommand {
    /// Begin a draft, filled in from what is known
    New {
        /// Official number of the procedure
        code: String,
        /// Values as a JSON object
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
        /// Files to attach: PDF, JPEG, PNG, TIFF, HEIC
        #[arg(long, value_name = "FILE", num_args = 1..)]
        attach: Vec<PathBuf>,
    },
    /// All drafts
    List,
    /// One draft with its form and what is wrong with it
    Show {
        /// Its id
        id: String,
    },
    /// Replace the values, attach and remove files
    #[command(group = clap::ArgGroup::new("edits").required(true).multiple(true)
        .args(["data", "attach", "detach"]))]
    Edit {
        /// Its id
        id: String,
        /// Values as a JSON object
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
        /// Files to attach: PDF, JPEG, PNG, TIFF, HEIC
        #[arg(long, value_name = "FILE", num_args = 1..)]
        attach: Vec<PathBuf>,
        /// Files to remove, by the hash that `show` gives
        #[arg(long, value_name = "HASH", num_args = 1..)]
        detach: Vec<String>,
    },
    /// You have seen how the form changed: what was set aside goes
    Dismiss {
        /// Its id
        id: String,
    },
    /// Delete a draft
    Delete {
        /// Its id
        id: String,
    },
    /// Decide for one version of a field that was changed on two computers
    Decide {
        /// Its id
        id: String,
        /// The field, as `draft show` names it
        field: String,
        /// Number of the version, as `draft show` counts them: 0 is what the draft says now
        version: usize,
    },
    /// Have drafts on other computers, too, or only here; without a word, how it is
    Share {
        /// on or off
        #[arg(value_enum)]
        wish: Option<OnOff>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum OnOff {
    On,
    Off,
}

#[derive(Args)]
pub(crate) struct ApplyArguments {
    /// Id of the draft
    pub(crate) draft: String,
    /// Do not ask for confirmation (what is signed is still printed)
    #[arg(long)]
    pub(crate) yes: bool,
}

#[derive(Subcommand)]
pub(crate) enum OutboxCommand {
    /// Take something back that has not left yet; an application becomes a draft again
    Cancel {
        /// Its id
        id: String,
    },
    /// Hold an application back; what its files have come to stays
    Pause {
        /// Its id
        id: String,
    },
    /// Let it go again
    Resume {
        /// Its id
        id: String,
    },
    /// Send now, without waiting for the next try
    Retry,
}

#[derive(Subcommand)]
pub(crate) enum ApplicationsCommand {
    /// One application with its history, messages and documents
    Show {
        /// Its id
        id: String,
    },
    /// Sign that an application is taken back, and send it
    Withdraw {
        /// Its id
        id: String,
        /// Why; may be left out
        #[arg(long, default_value = "")]
        text: String,
        /// Do not ask for confirmation (what is signed is still printed)
        #[arg(long)]
        yes: bool,
    },
    /// Write the signed application into a file
    Save {
        /// Its id
        id: String,
        /// The file
        #[arg(short, long, value_name = "OUT")]
        output: PathBuf,
    },
    /// What was signed, answer by answer, also where it was sent from elsewhere
    Read {
        /// Its id
        id: String,
    },
    /// Write a file that was sent with an application or a letter into a folder
    File {
        /// Id of the application, or of the message
        id: String,
        /// Hash of the file, as `read` and `show` give it
        hash: String,
        /// The folder
        #[arg(short, long, value_name = "DIR", default_value = ".")]
        output: PathBuf,
    },
}

#[derive(Subcommand)]
pub(crate) enum PersonCommand {
    /// Who they are
    List,
    /// Use another person's store from now on
    Use {
        /// Its id, as `person list` names it
        id: String,
    },
}

#[derive(Subcommand)]
pub(crate) enum MessagesCommand {
    /// Sign a reply with the card and send it
    Reply {
        /// Id of the message that is answered
        message: String,
        /// The reply; - reads it from standard input
        #[arg(long)]
        text: String,
        /// Files to hand in: PDF, JPEG, PNG, TIFF, HEIC
        #[arg(long, value_name = "FILE", num_args = 1..)]
        attach: Vec<PathBuf>,
        /// Do not ask for confirmation (what is signed is still printed)
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Subcommand)]
pub(crate) enum StoreCommand {
    /// Read all of it and say whether it is whole; exit code 1 when it is damaged
    Check,
    /// Save what can be read of a damaged store into a new one; the rest comes from the portal
    Repair,
}

#[derive(Subcommand)]
pub(crate) enum DocumentsCommand {
    /// Write a document into a file, with its signature beside it
    Save {
        /// Its id
        id: String,
        /// The file, or a folder [default: this folder]
        #[arg(short, long, value_name = "OUT", default_value = ".")]
        output: PathBuf,
    },
}

#[derive(Args)]
pub(crate) struct EncryptArguments {
    /// The file to encrypt
    pub(crate) file: PathBuf,
    /// Certificates of those who shall read it (DER or PEM)
    #[arg(long, value_name = "CERT", num_args = 1.., required = true)]
    pub(crate) to: Vec<PathBuf>,
    /// Ask nobody whether the certificates were revoked: what is known from before has to do
    #[arg(long)]
    pub(crate) offline: bool,
    /// Encrypt also for somebody whose certificate was revoked
    #[arg(long)]
    pub(crate) even_revoked: bool,
    /// Where to write [default: FILE.p7m]; nothing is overwritten
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Args)]
pub(crate) struct DecryptArguments {
    /// The encrypted file
    pub(crate) file: PathBuf,
    /// Level of the card's key that opens it: 128, 192 or 256
    #[arg(long, value_name = "LEVEL", default_value_t = KEY_LEVEL)]
    pub(crate) key_level: u16,
    /// Where to write [default: FILE without .p7m]; nothing is overwritten
    #[arg(short, long, value_name = "OUT")]
    pub(crate) output: Option<PathBuf>,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::Parser as _;

    use super::Arguments;

    #[test]
    fn a_certificate_that_is_at_hand_tells_its_level_itself() {
        let words = |more: &[&'static str]| {
            let words = [&["kabinet-cli", "cert", "revoke"], more].concat();
            Arguments::try_parse_from(words).map(drop)
        };
        assert!(words(&["--lost", "card.cer"]).is_ok());
        assert!(words(&["--level", "256"]).is_ok());
        let both = words(&["--lost", "card.cer", "--level", "256"]).unwrap_err();
        assert_eq!(both.kind(), clap::error::ErrorKind::ArgumentConflict);
    }
}
