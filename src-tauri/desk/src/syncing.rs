//! Journeys J8 and J9: what is signed leaves, and what changed at the portal arrives.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use kabinet_cache::{Kind, OutboxItem, OutboxKind, Sharing, StoreError};
use kabinet_portal::{
    Backoff, Pass, PersonalArea, Portal as _, PortalError, RefusedReason, Session, States,
    Submission, Uploaded,
};
use kabinet_records::{Application, Message, form};
use uuid::Uuid;

use crate::applying::{read, read_letter};
use crate::arrivals::Arrivals;
use crate::drafting::parse_id;
use crate::heeding;
use crate::problem::{Code, Problem};
use crate::sharing::Shared;
use crate::signing;
use crate::storing::Keeper;
use crate::uploading;
use crate::view::{ApplicationView, ApplicationsView, HistoryView, SyncView, TextView};
use crate::waiting;
use crate::{Desk, Outcome, lock};

/// How many changes go into the index of the search at once: the store is held for some tenths of a
/// second each time, and many small parts would cost several times as much.
const SLICE: usize = 1_000;
/// How many may be due while more is coming: a search does all of them first.
const MOST_DUE: usize = 2_000;
/// How long the person must not have written for drafts to leave: each change by itself would be a
/// request a second.
const PAUSE: SignedDuration = SignedDuration::from_secs(5);

impl Desk {
    /// One pass: sends what is due, then takes over what changed.
    ///
    /// # Errors
    /// `session_expired` without a session; what keeps the portal from answering; `cancelled` when the
    /// store was closed meanwhile. What was sent before stays sent. `portal_server` without a request as
    /// long as the portal asked to be left alone.
    pub async fn sync(&self) -> Outcome<SyncView> {
        self.leave_alone()?;
        self.pass_heeding(false).await
    }

    /// As [`Desk::sync`], but what waits is tried now, whenever its next try would be due and whatever
    /// the portal asked.
    ///
    /// # Errors
    /// As [`Desk::sync`].
    pub async fn send_now(&self) -> Outcome<SyncView> {
        self.pass_heeding(true).await
    }

    async fn pass_heeding(&self, now: bool) -> Outcome<SyncView> {
        let passed = self.pass(now).await;
        if let Err(Problem {
            retry_after: Some(seconds),
            ..
        }) = &passed
        {
            self.heed(*seconds);
        }
        passed
    }

    /// How long until something that waits is due, or the longest time when nothing waits; nothing
    /// when there is nobody to send for: no open store, no session. Drafts that travel are due when
    /// the person has paused in writing.
    pub fn next_pass(&self) -> Option<Duration> {
        let now = self.now();
        let due = self.with_store(|store| {
            if store.is_read_only() || store.session()?.is_none() {
                return Ok(None);
            }
            let outbox = store.outbox_due()?.map(|due| {
                if is_early(due, now) {
                    due.duration_since(now)
                } else {
                    SignedDuration::ZERO
                }
            });
            let drafts = store.unsent_since()?.map(|last| {
                let since = now.duration_since(last);
                // What was written while the clock was ahead is as old as anything.
                let paused = since.is_negative() || since >= PAUSE;
                if paused {
                    SignedDuration::ZERO
                } else {
                    PAUSE - since
                }
            });
            let first = outbox.into_iter().chain(drafts).min();
            Ok(Some(first.map_or(Duration::MAX, |wait| {
                // What is overdue is due now.
                Duration::try_from(wait).unwrap_or_default()
            })))
        });
        due.ok().flatten()
    }

    async fn pass(&self, now: bool) -> Outcome<SyncView> {
        // Files of drafts take long and give way: what is signed leaves before them.
        self.hurry.notify_waiters();
        let pass = self.unless_left(self.whole_pass(now)).await?;
        // What authorities say of certificates may take long. Another pass does not wait for it, and
        // what was sent is sent.
        if let Err(problem) = self.unless_left(self.look_after_signatures()).await {
            tracing::info!(
                code = problem.code.name(),
                "signatures are looked after later"
            );
        }
        Ok(pass)
    }

    async fn whole_pass(&self, now: bool) -> Outcome<SyncView> {
        let _alone = self.passing.lock().await;
        // What was signed for a form that is no longer the present one would be refused.
        let mut returned = self.return_outdated()?;
        let area = self.personal_area()?;
        self.raise_outbox(&area).await?;
        let sent = self.send_outbox(&area, now).await?;
        let since = self.with_store(|store| {
            store.ask_again()?;
            Ok(States {
                procedures: store.sync_state(Kind::Procedure)?,
                applications: store.sync_state(Kind::Application)?,
                messages: store.sync_state(Kind::Message)?,
                documents: store.sync_state(Kind::Document)?,
                drafts: store.sync_state(Kind::Draft)?,
                with_drafts: store.sharing()? != Sharing::Off,
            })
        })?;
        let mut came = Arrivals::since(since.drafts.as_deref());
        let mut pass = Pass::new(&since);
        while let Some(part) = area.sync(&mut pass).await? {
            self.with_store(|store| came.keep(store, part))?;
            self.index_due(MOST_DUE).await?;
        }
        if came.procedures > 0 {
            returned.extend(self.return_outdated()?);
        }
        self.fetch_documents(&area).await?;
        let shared = if since.with_drafts {
            self.share(&area, since.drafts, came.drafts.into_changes())
                .await?
        } else {
            Shared::default()
        };
        self.let_go()?;
        self.index_due(0).await?;
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Ok(SyncView {
            sent: sent
                .applications
                .into_iter()
                .map(|application| self.view_of_application(application))
                .collect(),
            letters: sent
                .messages
                .iter()
                .map(|message| message.id.to_string())
                .collect(),
            procedures: count(came.procedures),
            applications: count(came.applications),
            messages: count(came.messages),
            documents: count(came.documents),
            drafts: count(shared.changed),
            sharing_ended: shared.ended,
            waiting: self.with_store(|store| Ok(store.outbox_count()?))?,
            returned,
        })
    }

    /// Puts what the pass brought into the index of the search, until no more than that is due. Others
    /// come to the store in between.
    async fn index_due(&self, most: usize) -> Outcome {
        while self.with_store(|store| Ok(store.due()?))? > most {
            if self.with_store(|store| Ok(store.index_due(SLICE)?))? == 0 {
                break;
            }
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Sends what waits, the oldest first. A portal that cannot be used ends the pass; one thing
    /// that is refused, or that the portal cannot take, does not keep the others, but for letters on
    /// an application that is not there. Letters on one application leave in their order: a withdrawal
    /// would close it for the reply before.
    async fn send_outbox(&self, area: &PersonalArea, now: bool) -> Outcome<Sent> {
        let mut sent = Sent::default();
        let items = self.with_store(|store| Ok(store.outbox()?))?;
        let mut waiting: BTreeSet<Uuid> = items.iter().map(|item| item.id).collect();
        for (at, item) in items.iter().enumerate() {
            let early = !now && is_early(item.next_try_at, self.now());
            let behind = waiting::ahead(&items, at, |id| waiting.contains(&id));
            // What ended by a clock that was ahead has not ended by one that is right.
            let expired = item.problem.as_deref() == Some(Code::SignatureExpired.name());
            let refused = item.refused && !expired;
            if refused || item.paused || early || behind.is_some() {
                continue;
            }
            // One that may be registered already is asked for at the portal in any case.
            if !item.offered && signing::ended(&item.cms, signing::time(self.now())?) {
                if !item.refused {
                    self.refuse(item, Code::SignatureExpired.name(), &mut waiting)?;
                }
                continue;
            }
            self.with_store(|store| Ok(store.outbox_tried(item.id)?))?;
            match self.deliver(area, item).await {
                Ok(Delivery::Registered(application)) => {
                    self.with_store(|store| Ok(store.registered(&application)?))?;
                    waiting.remove(&item.id);
                    sent.applications.push(application);
                }
                Ok(Delivery::Elsewhere(application)) => {
                    let now = self.now();
                    self.with_store(|store| Ok(store.registered_elsewhere(&application, now)?))?;
                    waiting.remove(&item.id);
                }
                Ok(Delivery::Delivered(message)) => {
                    self.with_store(|store| Ok(store.delivered(&message)?))?;
                    waiting.remove(&item.id);
                    sent.messages.push(*message);
                }
                // There may be room tomorrow.
                Ok(Delivery::Refused(RefusedReason::OverQuota)) => {
                    self.put_off(item, None, &Code::PortalFull.into())?;
                }
                Ok(Delivery::NoRoom) => {
                    self.put_off_unregistered(item, Code::PortalFull)?;
                }
                Ok(Delivery::Refused(reason)) => {
                    self.refuse(item, &waiting::refusal(&reason), &mut waiting)?;
                }
                Ok(Delivery::Interrupted) => {}
                Err(Undelivered::Here(problem)) => return Err(problem),
                Err(Undelivered::There(error)) => {
                    let problem = Problem::from(error.clone());
                    self.put_off(item, error.retry_after(), &problem)?;
                    if !error.is_permanent() {
                        return Err(problem);
                    }
                }
            }
        }
        Ok(sent)
    }

    /// Notes that it will not go. A letter leaves its place to those behind it; what is about an
    /// application that was refused has to wait.
    fn refuse(&self, item: &OutboxItem, problem: &str, waiting: &mut BTreeSet<Uuid>) -> Outcome {
        self.with_store(|store| Ok(store.outbox_refused(item.id, problem)?))?;
        if item.kind != OutboxKind::Application {
            waiting.remove(&item.id);
        }
        Ok(())
    }

    /// Sends what waits: its files, the signature, and at the end what makes the
    /// portal register it.
    async fn deliver(
        &self,
        area: &PersonalArea,
        item: &OutboxItem,
    ) -> Result<Delivery, Undelivered> {
        let files = match item.kind {
            OutboxKind::Application => read(&item.manifest)?.attachments,
            OutboxKind::Letter(_) => read_letter(&item.manifest)?.attachments,
        };
        let blobs = match self.send_files(area, item, &files).await? {
            uploading::Sent::All(blobs) => blobs,
            uploading::Sent::Refused(reason) => return Ok(Delivery::Refused(reason)),
            uploading::Sent::Interrupted => return Ok(Delivery::Interrupted),
        };
        let signature = match area.upload_signature(&item.cms).await? {
            Uploaded::Done(signature) => signature,
            Uploaded::Refused(reason) => return Ok(Delivery::Refused(reason)),
        };
        match self.with_store(|store| Ok(store.outbox_offered(item)))? {
            Ok(()) => {}
            Err(StoreError::NotFound) => return Ok(Delivery::Interrupted),
            Err(error) => return Err(Undelivered::Here(error.into())),
        }
        Ok(match item.kind {
            OutboxKind::Application => match area.submit(item.id, &signature, &blobs).await? {
                Submission::Submitted(application) => Delivery::Registered(application),
                Submission::Other(application) => Delivery::Elsewhere(application),
                Submission::Refused(reason) => not_registered(reason),
            },
            OutboxKind::Letter(_) => match area.write(item.id, &signature, &blobs).await? {
                Submission::Submitted(message) | Submission::Other(message) => {
                    Delivery::Delivered(Box::new(message))
                }
                Submission::Refused(reason) => not_registered(reason),
            },
        })
    }

    /// Notes why it did not go, and when it is tried again: after what the portal asked, or by itself.
    fn put_off(&self, item: &OutboxItem, asked: Option<u64>, problem: &Problem) -> Outcome {
        let due = match asked {
            Some(seconds) => self.heed(seconds),
            None => self.next_try(item)?,
        };
        let kept = match asked {
            Some(_) => waiting::asked(problem.code),
            None => waiting::failure(problem),
        };
        self.with_store(|store| {
            store.outbox_failed(item.id, &kept, due)?;
            // Who asks to be left alone is not called for the next thing either.
            if asked.is_some() {
                store.postpone_outbox(due)?;
            }
            Ok(())
        })
    }

    /// As [`Desk::put_off`], for what the portal was asked to register and has said that it did not:
    /// it can be taken back meanwhile.
    fn put_off_unregistered(&self, item: &OutboxItem, code: Code) -> Outcome {
        let due = self.next_try(item)?;
        self.with_store(|store| Ok(store.outbox_not_registered(item, code.name(), due)?))
    }

    /// When it is tried again by itself.
    fn next_try(&self, item: &OutboxItem) -> Outcome<Timestamp> {
        let chance = self.surroundings.number();
        let wait = Backoff::default().delay_with(item.tries, None, chance);
        let due = self.now().checked_add(wait);
        due.map_err(|error| Problem::new(Code::Internal).because(error))
    }

    /// The person's area at the portal, with the session from the store.
    pub(crate) fn personal_area(&self) -> Outcome<Arc<PersonalArea>> {
        // A session that is renewed could not be kept, and nothing that comes.
        self.check_writable()?;
        // Held to the end: a store that is closed meanwhile must not leave its session here.
        let mut online = lock(&self.online);
        // An area whose session the portal has ended is of no use any more.
        let (person, session, path) = self.with_store(|store| {
            let person = store.person()?.ok_or(Code::NoStore)?;
            let session = store.session()?.ok_or(Code::SessionExpired)?;
            Ok((person, session, store.path().to_owned()))
        })?;
        if let Some(area) = &*online
            && !area.is_over()
        {
            return Ok(Arc::clone(area));
        }
        let client = self.client(&person.portal)?;
        let opened = Session::from_secret(&session)?;
        let keeper = Arc::new(Keeper {
            area: Arc::clone(&self.area),
            path,
            known: Mutex::new(session),
            ended: Arc::clone(&self.session_end),
        });
        let area = Arc::new(PersonalArea::new(&client, opened, keeper)?);
        *online = Some(Arc::clone(&area));
        Ok(area)
    }

    /// The newest applications, newest first.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn applications(&self, count: usize) -> Outcome<Vec<ApplicationView>> {
        let applications = self.with_store(|store| Ok(store.newest_applications(count)?))?;
        Ok(self.views_of_applications(applications))
    }

    /// At most `count` applications from that place on, the newest first, and how many there are.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn applications_from(&self, place: usize, count: usize) -> Outcome<ApplicationsView> {
        let (list, all) = self.with_store(|store| {
            let list = store.applications_from(place, count)?;
            // The end of the list says how long it is; else they must be counted.
            let all = if place == 0 && list.len() < count {
                u64::try_from(list.len()).unwrap_or(u64::MAX)
            } else {
                store.application_count()?
            };
            Ok((list, all))
        })?;
        Ok(ApplicationsView {
            count: all,
            list: self.views_of_applications(list),
        })
    }

    /// The applications that follow that one in the list, the newest first: the next page.
    ///
    /// # Errors
    /// `application_not_found` when that one is gone, `no_store`, `store_locked`.
    pub fn applications_after(&self, id: &str, count: usize) -> Outcome<Vec<ApplicationView>> {
        let id = parse_id(id, Code::ApplicationNotFound)?;
        let applications = self.with_store(|store| match store.applications_after(id, count) {
            Err(StoreError::NotFound) => Err(Code::ApplicationNotFound.into()),
            other => Ok(other?),
        })?;
        Ok(self.views_of_applications(applications))
    }

    /// A list names few procedures many times: each title is read once.
    pub(crate) fn views_of_applications(
        &self,
        applications: Vec<Application>,
    ) -> Vec<ApplicationView> {
        let mut titles: BTreeMap<String, TextView> = BTreeMap::new();
        applications
            .into_iter()
            .map(|application| {
                let title = titles
                    .entry(application.procedure_id.clone())
                    .or_insert_with_key(|id| self.title_of(id))
                    .clone();
                titled_view(application, title)
            })
            .collect()
    }

    /// One application.
    ///
    /// # Errors
    /// `application_not_found`, `no_store`, `store_locked`.
    pub fn application(&self, id: &str) -> Outcome<ApplicationView> {
        let id = parse_id(id, Code::ApplicationNotFound)?;
        let application = self.with_store(|store| match store.application(id) {
            Err(StoreError::NotFound) => Err(Code::ApplicationNotFound.into()),
            other => Ok(other?),
        })?;
        Ok(self.view_of_application(application))
    }

    /// Number of the procedure of an application, wherever that is now.
    pub(crate) fn procedure_of(&self, application: Option<Uuid>) -> Outcome<String> {
        let Some(id) = application else {
            return Ok(String::new());
        };
        self.with_store(|store| match store.application(id) {
            Ok(application) => Ok(application.procedure_id),
            Err(StoreError::NotFound) => match store.outbox_item(id) {
                Ok(item) => Ok(read(&item.manifest)?.procedure.id),
                Err(StoreError::NotFound) => Ok(String::new()),
                Err(error) => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        })
    }

    pub(crate) fn view_of_application(&self, application: Application) -> ApplicationView {
        let title = self.title_of(&application.procedure_id);
        titled_view(application, title)
    }

    /// The procedure's title; its number where the catalogue does not have it any more.
    pub(crate) fn title_of(&self, procedure_id: &str) -> TextView {
        match self.stored_procedure(procedure_id) {
            Ok(procedure) => procedure.title.into(),
            Err(_) => TextView {
                be: procedure_id.to_owned(),
                ru: procedure_id.to_owned(),
                en: procedure_id.to_owned(),
            },
        }
    }
}

fn titled_view(application: Application, title: TextView) -> ApplicationView {
    ApplicationView {
        id: application.id.to_string(),
        title,
        procedure_id: application.procedure_id,
        registration_number: application.registration_number,
        status: application.status.name().to_owned(),
        submitted_at: application.submitted_at.to_string(),
        deadline: application
            .deadline
            .map(|end| form::day_in_belarus(end).to_string()),
        history: application
            .history
            .into_iter()
            .map(|event| HistoryView {
                at: event.at.to_string(),
                status: event.status.name().to_owned(),
                note: event.note.map(Into::into),
            })
            .collect(),
    }
}

/// Whether the time of the next try is still to come. One that is too far away was noted by a clock that
/// was ahead.
pub(crate) fn is_early(next_try_at: Timestamp, now: Timestamp) -> bool {
    next_try_at > now && next_try_at.duration_since(now) <= heeding::LONGEST
}

/// What became of something that was sent.
enum Delivery {
    /// The portal has the application.
    Registered(Application),
    /// The portal has another application under its identifier, sent from another computer.
    Elsewhere(Application),
    /// The portal has the letter.
    Delivered(Box<Message>),
    /// The portal has no room to register it now.
    NoRoom,
    /// The portal will never take it as it is, or has no room for what belongs to it.
    Refused(RefusedReason),
    /// The person held it back or took it back meanwhile.
    Interrupted,
}

/// What the portal says when it was asked to register something, and did not.
fn not_registered(reason: RefusedReason) -> Delivery {
    match reason {
        RefusedReason::OverQuota => Delivery::NoRoom,
        other => Delivery::Refused(other),
    }
}

/// Why something did not arrive.
enum Undelivered {
    /// This computer could not do its part.
    Here(Problem),
    /// The portal could not be reached, or did not do its part.
    There(PortalError),
}

impl From<Problem> for Undelivered {
    fn from(problem: Problem) -> Self {
        Self::Here(problem)
    }
}

impl From<PortalError> for Undelivered {
    fn from(error: PortalError) -> Self {
        Self::There(error)
    }
}

/// What left the outbox in a pass.
#[derive(Default)]
struct Sent {
    applications: Vec<Application>,
    messages: Vec<Message>,
}
