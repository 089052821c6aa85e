//! Each command: call the desk, show the answer.

use std::fs::File;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use kabinet_desk::view::{CardContentsView, CardStatusView, Language, StepView};
use kabinet_desk::{Code, Desk, DocumentKey, KeyChange, Outcome, Problem, Profile, Secret};
use serde_json::Value;

use crate::arguments::{
    ApplicationsCommand, ApplyArguments, Arguments, CardCommand, CatalogCommand, Command,
    DraftCommand, KeyCommand, OnOff, OutboxCommand, PersonCommand, PinCommand, ReadWith,
    StoreCommand,
};
use crate::secrets::{self, Kind, Secrets};
use crate::show::Show;
use crate::{
    certificates, encryption, files, following, keep, login, manual, paper, proxy, readers,
};

/// A problem, in the language that was known by then.
pub(crate) struct Failure {
    pub(crate) problem: Problem,
    pub(crate) language: Option<Language>,
}

/// What the commands work with.
pub(crate) struct Call {
    pub(crate) desk: Desk,
    pub(crate) secrets: Secrets,
    reader: Option<String>,
    pub(crate) show: Show,
}

/// Runs one command; the exit code when it did not fail.
pub(crate) async fn run(arguments: Arguments) -> Result<u8, Failure> {
    let early = |problem| Failure {
        problem,
        language: None,
    };
    let dir = arguments
        .profile
        .clone()
        .unwrap_or_else(Profile::default_dir);
    let profile = Profile::open(&dir).map_err(early)?;
    let desk = Desk::open(profile).map_err(early)?;
    if let Some(lang) = arguments.lang {
        desk.speak(lang.language());
    }
    if let Some(portal) = &arguments.portal {
        desk.use_portal(portal);
    }
    let language = desk.language();
    let late = |problem| Failure {
        problem,
        language: Some(language),
    };
    let secrets = Secrets::from_argument(arguments.secrets.as_deref()).map_err(late)?;
    if !matches!(arguments.command, Command::Proxy { .. })
        && let Some(password) = secrets.given(Kind::ProxyPassword)
    {
        desk.use_proxy_password(password);
    }
    let call = Call {
        desk,
        secrets,
        reader: arguments.reader,
        show: Show {
            json: arguments.json,
            language,
        },
    };
    call.run(arguments.command).await.map_err(late)
}

impl Call {
    async fn run(&self, command: Command) -> Outcome<u8> {
        match command {
            Command::Readers { watch: false } => {
                readers::show(&self.show, &self.desk, &self.desk.readers());
            }
            Command::Readers { watch: true } => self.watch_readers()?,
            Command::Doctor => {
                let view = self.desk.doctor(self.reader()).await;
                self.show.doctor(&view);
                return Ok(u8::from(!view.usable));
            }
            Command::Card {
                command: CardCommand::Status,
            } => {
                self.show
                    .card_status(&self.desk.card_status(self.reader())?);
            }
            Command::Card {
                command:
                    CardCommand::Read {
                        with: ReadWith::Pin,
                    },
            } => self.show.card_contents(&self.contents()?),
            Command::Card {
                command:
                    CardCommand::Read {
                        with: ReadWith::Can,
                    },
            } => {
                let can = self.secrets.ask(Kind::Can, "CAN")?;
                self.document(DocumentKey::Can(can))?;
            }
            Command::Card {
                command:
                    CardCommand::Read {
                        with: ReadWith::Mrz,
                    },
            } => self.document(self.printed_lines()?)?,
            Command::Pin { command } => self.show.card_status(&self.pin(&command)?),
            Command::Key { command } => self.key(&command)?,
            Command::Cert { command } => certificates::run(self, command).await?,
            Command::Login { share } => login::login(self, share.as_deref()).await?,
            Command::Logout { everywhere } => {
                self.unlock()?;
                if everywhere {
                    self.desk.logout_everywhere().await?;
                } else {
                    self.desk.logout().await?;
                }
                self.show.done();
            }
            Command::Whoami => {
                self.unlock()?;
                self.show
                    .whoami(&self.desk.person()?, &self.desk.additional_data()?);
            }
            Command::Catalog { command } => self.catalog(command)?,
            Command::Search { words, count } => {
                self.unlock()?;
                self.show
                    .search(&self.desk.search(&words.join(" "), count)?);
            }
            Command::Draft { command } => self.draft(command).await?,
            Command::Apply(arguments) => self.apply(&arguments).await?,
            Command::Outbox { command } => self.outbox(command).await?,
            Command::Sync { watch: false } => {
                self.unlock()?;
                self.show.sync(&self.desk.sync().await?);
            }
            Command::Person { command } => self.person(command).await?,
            Command::Store { command } => return self.store(&command).await,
            Command::Applications {
                command,
                after,
                count,
            } => self.applications(command, after.as_deref(), count).await?,
            Command::Sync { watch: true } => following::watch(self).await?,
            Command::Messages { command } => following::messages(self, command).await?,
            Command::Documents { command } => following::documents(self, command)?,
            Command::Paper(arguments) => return paper::run(self, &arguments),
            Command::Due => {
                self.unlock()?;
                self.show.due(&self.desk.due()?);
            }
            Command::Portal => self.show.portal(&self.desk.portal_shown().await?),
            Command::Proxy { command } => proxy::run(self, command)?,
            Command::Keep(arguments) => keep::run(self, &arguments)?,
            Command::Export { file } => {
                self.unlock()?;
                self.show.exported(&self.desk.export(&file)?);
            }
            Command::Forget { yes } => self.forget(yes).await?,
            Command::Sign(arguments) => return files::sign(self, arguments).await,
            Command::Verify(arguments) => return files::verify(self, arguments).await,
            Command::Raise(arguments) => return files::raise(self, arguments).await,
            Command::TimeStamping { address } => files::time_stamping(self, address.as_deref())?,
            Command::Encrypt(arguments) => encryption::encrypt(self, &arguments).await?,
            Command::Decrypt(arguments) => encryption::decrypt(self, &arguments)?,
            Command::Manual { dir } => {
                manual::write(&dir)?;
                self.show.written(&dir);
            }
        }
        Ok(0)
    }

    pub(crate) fn reader(&self) -> Option<&str> {
        self.reader.as_deref()
    }

    /// Opens the store: by the system's key store, or with the passphrase.
    pub(crate) fn unlock(&self) -> Outcome {
        let opened = match self
            .desk
            .unlock(self.secrets.given(Kind::Passphrase).as_ref())
        {
            Err(problem) if problem.code == Code::StoreLocked => {
                let passphrase = self
                    .secrets
                    .ask(Kind::Passphrase, &self.show.say("passphrase"))?;
                self.desk.unlock(Some(&passphrase))
            }
            other => other,
        }?;
        if opened.read_only {
            // Beside the answer, whoever reads that: it is no part of it.
            eprintln!("{}", self.show.say("store-read-only"));
        }
        Ok(())
    }

    fn watch_readers(&self) -> Outcome {
        let watch = self.desk.watch_readers()?;
        let mut changes = readers::Changes::new(&self.show, &self.desk);
        loop {
            changes.show(watch.next()?);
            let _ = std::io::stdout().flush();
        }
    }

    async fn person(&self, command: PersonCommand) -> Outcome {
        match command {
            PersonCommand::List => self.show.persons(&self.desk.persons()),
            PersonCommand::Use { id } => {
                let passphrase = self.secrets.given(Kind::Passphrase);
                self.desk.switch_person(&id, passphrase.as_ref()).await?;
                self.show.persons(&self.desk.persons());
            }
        }
        Ok(())
    }

    async fn store(&self, command: &StoreCommand) -> Outcome<u8> {
        match command {
            StoreCommand::Check => {
                let whole = match self.unlock().and_then(|()| self.desk.store_is_whole()) {
                    Err(problem) if problem.code == Code::StoreDamaged => false,
                    whole => whole?,
                };
                self.show.store_checked(whole);
                Ok(u8::from(!whole))
            }
            StoreCommand::Repair => {
                let passphrase = if self.desk.repair_needs_passphrase() {
                    Some(
                        self.secrets
                            .ask(Kind::Passphrase, &self.show.say("passphrase"))?,
                    )
                } else {
                    None
                };
                let repaired = self.desk.repair_store(passphrase.as_ref()).await?;
                self.show.repaired(&repaired);
                Ok(0)
            }
        }
    }

    async fn forget(&self, yes: bool) -> Outcome {
        let whose = self.desk.whose().ok_or(Code::NoStore)?;
        // A store that cannot be opened can be forgotten all the same.
        let opened = self.unlock().and_then(|()| self.desk.loss());
        if !yes {
            self.show.loss(opened.as_ref().ok());
            if !std::io::stdin().is_terminal() || !confirmed()? {
                return Err(Code::Cancelled.into());
            }
        }
        self.desk.forget(&whose).await?;
        self.show.done();
        Ok(())
    }

    fn document(&self, key: DocumentKey) -> Outcome {
        let document = self.desk.read_document(self.reader(), key)?;
        self.show.document(&document);
        Ok(())
    }

    /// What is printed for machines; asked for value by value at a terminal.
    fn printed_lines(&self) -> Outcome<DocumentKey> {
        if let Some(given) = self.secrets.printed_lines() {
            return Ok(given);
        }
        let ask = |name: &str| secrets::typed(&self.show.say(name));
        Ok(DocumentKey::Values {
            number: ask("mrz-number")?,
            date_of_birth: ask("mrz-birth")?,
            date_of_expiry: ask("mrz-expiry")?,
        })
    }

    pub(crate) fn contents(&self) -> Outcome<CardContentsView> {
        let pin = self.secrets.ask(Kind::Pin, "PIN")?;
        self.desk.read_card(self.reader(), pin)
    }

    fn key(&self, command: &KeyCommand) -> Outcome {
        let (place, change) = match command {
            KeyCommand::List => {
                self.show.keys(&self.contents()?.keys);
                return Ok(());
            }
            KeyCommand::Generate { place } => (place, KeyChange::Generate),
            KeyCommand::Disable { place } => (place, KeyChange::Disable),
            KeyCommand::Enable { place } => (place, KeyChange::Enable),
            KeyCommand::Destroy { place, yes } => {
                if !yes {
                    self.show.warn("destroy-what");
                    if !std::io::stdin().is_terminal() || !confirmed()? {
                        return Err(Code::Cancelled.into());
                    }
                }
                (place, KeyChange::Destroy)
            }
        };
        let pin = self.secrets.ask(Kind::Pin, "PIN")?;
        let key = self
            .desk
            .change_key(self.reader(), pin, place.level, change)?;
        self.show.keys(&[key]);
        Ok(())
    }

    fn pin(&self, command: &PinCommand) -> Outcome<CardStatusView> {
        let ask = |kind, name| self.secrets.ask(kind, name);
        match command {
            PinCommand::Change => {
                let old = ask(Kind::Pin, "PIN")?;
                let new = self.new_pin()?;
                self.desk.change_pin(self.reader(), &old, &new)
            }
            PinCommand::Disable => self
                .desk
                .disable_pin(self.reader(), &ask(Kind::Pin, "PIN")?),
            PinCommand::Enable => self.desk.enable_pin(self.reader(), &ask(Kind::Puk, "PUK")?),
            PinCommand::Resume => self.desk.resume_pin(self.reader(), &ask(Kind::Can, "CAN")?),
            PinCommand::Unblock { new_pin } => {
                let puk = ask(Kind::Puk, "PUK")?;
                let new = if *new_pin {
                    Some(self.new_pin()?)
                } else {
                    None
                };
                self.desk.unblock_pin(self.reader(), &puk, new.as_ref())
            }
        }
    }

    /// A new PIN; typed twice at a terminal, since nobody sees what is typed.
    fn new_pin(&self) -> Outcome<Secret> {
        if let Some(new) = self.secrets.given(Kind::NewPin) {
            return Ok(new);
        }
        let new = secrets::typed(&self.show.say("new-pin"))?;
        let again = secrets::typed(&self.show.say("new-pin-again"))?;
        if again.expose() == new.expose() {
            Ok(new)
        } else {
            Err(Code::PinsDiffer.into())
        }
    }

    fn catalog(&self, command: CatalogCommand) -> Outcome {
        self.unlock()?;
        match command {
            CatalogCommand::Search { words } => {
                self.show.procedures(&self.desk.catalog(&words.join(" "))?);
            }
            CatalogCommand::Show { code } => self.show.form(&self.desk.procedure(&code)?),
        }
        Ok(())
    }

    async fn draft(&self, command: DraftCommand) -> Outcome {
        self.unlock()?;
        match command {
            DraftCommand::New { code, data, attach } => {
                let data = data.as_deref().map(read_json).transpose()?;
                let id = self.desk.begin_draft(&code).await?.summary.id;
                self.edit(&id, data.as_ref(), &attach)?;
            }
            DraftCommand::List => self.show.drafts(&self.desk.drafts()?),
            DraftCommand::Show { id } => self.show.draft(&self.desk.draft(&id)?),
            DraftCommand::Edit {
                id,
                data,
                attach,
                detach,
            } => {
                let data = data.as_deref().map(read_json).transpose()?;
                for hash in &detach {
                    self.desk.remove_attachment(&id, hash)?;
                }
                self.edit(&id, data.as_ref(), &attach)?;
            }
            DraftCommand::Dismiss { id } => self.show.draft(&self.desk.dismiss_carried(&id)?),
            DraftCommand::Delete { id } => {
                self.desk.delete_draft(&id)?;
                self.show.done();
            }
            DraftCommand::Decide { id, field, version } => {
                let usage = |reason| Problem::new(Code::Usage).with("reason", reason);
                let draft = self.desk.draft(&id)?;
                let conflict = draft.conflicts.into_iter().find(|one| one.path == field);
                let conflict = conflict.ok_or_else(|| usage("field"))?;
                let value = match version {
                    0 => conflict.current,
                    other => {
                        let mut others = conflict.others.into_iter();
                        let chosen = others.nth(other - 1);
                        chosen.ok_or_else(|| usage("version"))?.value
                    }
                };
                let decided = self
                    .desk
                    .settle_draft(&id, &field, &conflict.shown, value)?;
                self.show.draft(&decided);
            }
            DraftCommand::Share { wish } => {
                if let Some(wish) = wish {
                    self.desk.share_drafts(wish == OnOff::On)?;
                    if wish == OnOff::Off
                        && let Err(problem) = self.desk.sync().await
                    {
                        // The next pass does it.
                        tracing::info!("drafts are still at the portal: {problem}");
                    }
                }
                self.show.sharing(self.desk.sharing()?);
            }
        }
        Ok(())
    }

    /// Puts values and files into a draft, and shows it.
    fn edit(&self, id: &str, data: Option<&Value>, attach: &[PathBuf]) -> Outcome {
        let mut view = match data {
            Some(data) => Some(self.desk.save_draft(id, data)?),
            None => None,
        };
        for path in attach {
            let (file, name, size) = to_attach(path)?;
            view = Some(self.desk.attach(id, &name, size, file)?);
        }
        // Opened again, the draft would go over to a newer form: who changes it sees what they changed.
        let view = match view {
            Some(view) => view,
            None => self.desk.draft(id)?,
        };
        self.show.draft(&view);
        Ok(())
    }

    async fn apply(&self, arguments: &ApplyArguments) -> Outcome {
        self.unlock()?;
        let mut signing = self.desk.begin_apply(&arguments.draft, self.reader())?;
        self.show.prompt(signing.prompt());
        if !arguments.yes && !self.show.json && std::io::stdin().is_terminal() && !confirmed()? {
            return Err(Code::Cancelled.into());
        }
        let pin = self.secrets.ask(Kind::Pin, "PIN")?;
        let show = &self.show;
        let progress = |step: StepView| show.step(step);
        let item = self.desk.finish_apply(&mut signing, pin, &progress).await?;
        // From here on nothing loses it: whether it leaves now or later is no failure of signing.
        match self.desk.sync().await {
            Ok(sync) => {
                let sent = sync
                    .sent
                    .iter()
                    .find(|application| application.id == item.id);
                match sent {
                    Some(application) => self.show.sent(application),
                    None => self.show.waits(&self.desk.outbox()?, &item.id, None),
                }
            }
            Err(problem) => self
                .show
                .waits(&self.desk.outbox()?, &item.id, Some(&problem)),
        }
        Ok(())
    }

    async fn outbox(&self, command: Option<OutboxCommand>) -> Outcome {
        self.unlock()?;
        match command {
            None => self.show.outbox(&self.desk.outbox()?),
            Some(OutboxCommand::Cancel { id }) => match self.desk.take_back(&id)? {
                Some(draft) => self.show.draft(&draft),
                None => self.show.done(),
            },
            Some(OutboxCommand::Pause { id }) => {
                self.show.outbox(&[self.desk.pause_outbox(&id)?]);
            }
            Some(OutboxCommand::Resume { id }) => {
                self.show.outbox(&[self.desk.resume_outbox(&id)?]);
            }
            Some(OutboxCommand::Retry) => self.show.sync(&self.desk.send_now().await?),
        }
        Ok(())
    }

    async fn applications(
        &self,
        command: Option<ApplicationsCommand>,
        after: Option<&str>,
        count: usize,
    ) -> Outcome {
        self.unlock()?;
        match command {
            None => {
                let page = match after {
                    Some(id) => self.desk.applications_after(id, count)?,
                    None => self.desk.applications(count)?,
                };
                self.show.applications(&page);
            }
            Some(ApplicationsCommand::Show { id }) => {
                self.show.application(
                    &self.desk.application(&id)?,
                    &self.desk.messages(Some(&id), ALL)?,
                    &self.desk.documents(Some(&id), ALL)?,
                );
            }
            Some(ApplicationsCommand::Withdraw { id, text, yes }) => {
                let signing = self.desk.begin_withdrawal(&id, &text, self.reader())?;
                following::send(self, signing, yes).await?;
            }
            Some(ApplicationsCommand::Save { id, output }) => {
                self.desk.save_application(&id, &output)?;
                self.show.done();
            }
            Some(ApplicationsCommand::Read { id }) => {
                self.show.signed(&self.desk.sent_application(&id).await?);
            }
            Some(ApplicationsCommand::File { id, hash, output }) => {
                let path = self.desk.save_sent_file(&id, &hash, &output).await?;
                self.show.written(&path);
            }
        }
        Ok(())
    }
}

/// A file that shall be attached, with its name and length.
pub(crate) fn to_attach(path: &Path) -> Outcome<(File, String, u64)> {
    let unreadable = |error| Problem::new(Code::FileUnreadable).because(error);
    let file = File::open(path).map_err(unreadable)?;
    let size = file.metadata().map_err(unreadable)?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok((file, name.into_owned(), size))
}

/// More applications than one person ever has.
pub(crate) const ALL: usize = 10_000;

fn read_json(path: &Path) -> Outcome<Value> {
    let octets =
        std::fs::read(path).map_err(|error| Problem::new(Code::FileUnreadable).because(error))?;
    serde_json::from_slice(&octets).map_err(|error| {
        Problem::new(Code::Usage).with("reason", format!("{}: {error}", path.display()))
    })
}

pub(crate) fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

pub(crate) fn confirmed() -> Outcome<bool> {
    eprint!("[y/N] ");
    let mut line = String::new();
    std::io::stdin()
        .read_line(&mut line)
        .map_err(|error| Problem::new(Code::NoTerminal).because(error))?;
    Ok(matches!(
        line.trim(),
        "y" | "Y" | "yes" | "т" | "так" | "д" | "да"
    ))
}
