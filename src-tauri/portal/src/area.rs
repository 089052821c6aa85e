//! The personal area of one holder at one portal.

mod files;

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use kabinet_records::{Application, DraftDocument, Message, Procedure};
use reqwest::{Method, Url};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::address;
use crate::client::{Call, Client, Content};
use crate::drafts::{self, DraftUpdate, DraftsSet};
use crate::error::PortalError;
use crate::http::Reply as HttpReply;
use crate::jmap::{self, Answers, AreaInfo, MethodCall};
use crate::oauth::{self, Ending};
use crate::session::{Session, SessionKeeper};
use crate::submit::{self, Created, RefusedReason, Submission};
use crate::sync::{Changes, Collector, Gathered, Pass, SyncPart};
use crate::upload::{Upload, Uploaded};

/// Most octets of an answer.
const LIMIT: usize = 16 * 1024 * 1024;
const JSON: &str = "application/json";
const CMS: &str = "application/cms";
/// Media type of a part of a file.
const PIECE: &str = "application/octet-stream";

/// The future of one call.
pub type Reply<'a, T> = Pin<Box<dyn Future<Output = Result<T, PortalError>> + Send + 'a>>;

/// A portal as the rest of the client sees it; another profile is another implementation.
pub trait Portal: Send + Sync {
    /// Changes of procedures since the state.
    fn procedures<'a>(&'a self, since: Option<&'a str>) -> Reply<'a, Changes<Procedure>>;
    /// Changes of applications since the state.
    fn applications<'a>(&'a self, since: Option<&'a str>) -> Reply<'a, Changes<Application>>;
    /// The next part of a pass over all types side by side, none at its end; one request when nothing
    /// has changed.
    fn sync<'a>(&'a self, pass: &'a mut Pass) -> Reply<'a, Option<SyncPart>>;
    /// Changes of drafts since the state.
    fn drafts<'a>(&'a self, since: Option<&'a str>) -> Reply<'a, Changes<DraftDocument>>;
    /// Sends drafts unless something has changed since the state.
    fn set_drafts<'a>(&'a self, state: &'a str, drafts: &'a [DraftUpdate]) -> Reply<'a, DraftsSet>;
    /// Takes drafts away unless something has changed since the state; whether nothing had.
    fn withdraw_drafts<'a>(&'a self, state: &'a str, drafts: &'a [Uuid]) -> Reply<'a, bool>;
    /// Registers a signed application; may be repeated with the same identifier. `signature` and
    /// `attachments` are the `blobId`s of what was uploaded for it.
    fn submit<'a>(
        &'a self,
        id: Uuid,
        signature: &'a str,
        attachments: &'a [String],
    ) -> Reply<'a, Submission>;
    /// Uploads a signature, which registers nothing yet.
    fn upload_signature<'a>(&'a self, cms: &'a [u8]) -> Reply<'a, Uploaded>;
    /// Uploads a file of an application. Pieces that the portal has from an earlier try are not sent
    /// again.
    fn upload<'a>(&'a self, file: &'a Upload) -> Reply<'a, Uploaded>;
    /// Which of these files the portal does not have, by belt-hash (lower-case hex); nothing where it
    /// cannot tell.
    fn lacking<'a>(&'a self, hashes: &'a [String]) -> Reply<'a, Option<BTreeSet<String>>>;
    /// At most `length` octets from `from` on, and at least one, of the file of that hash, which
    /// itself is the caller's to check; nothing where the portal does not have it.
    fn part<'a>(&'a self, hash: &'a str, from: u64, length: u64) -> Reply<'a, Option<Vec<u8>>>;
    /// Registers a signed letter on an application, whose signature and files were uploaded; may be
    /// repeated as well.
    fn write<'a>(
        &'a self,
        id: Uuid,
        signature: &'a str,
        attachments: &'a [String],
    ) -> Reply<'a, Submission<Message>>;
    /// The blob of that name, whose octets are the named ones for certain; at most `limit` octets.
    fn blob<'a>(&'a self, id: &'a str, limit: usize) -> Reply<'a, Vec<u8>>;
    /// Address of the time-stamping authority (RFC 3161) whose stamps the portal wants on what is sent to
    /// it, as it says it: whether it may be called is for the caller to see. Nothing where it names none.
    fn time_stamping(&self) -> Reply<'_, Option<String>>;
    /// Ends the session at the portal.
    fn logout(&self) -> Reply<'_, ()>;
    /// Ends all sessions of the holder at the portal, on whatever computer.
    fn logout_everywhere(&self) -> Reply<'_, ()>;
}

/// The personal area over JMAP with a session that renews itself.
pub struct PersonalArea {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    client: Client,
    keeper: Arc<dyn SessionKeeper>,
    state: Mutex<State>,
}

struct State {
    /// `None` once the portal has ended it.
    session: Option<Arc<Session>>,
    /// Whether the keeper has it.
    kept: bool,
}

/// A request of the area before the token is put to it.
struct Outgoing<'a> {
    method: Method,
    url: &'a Url,
    body: Option<(&'a str, Content<'a>)>,
    /// Whether it may take as long as an upload.
    upload: bool,
    /// Most octets of the answer.
    limit: usize,
}

impl PersonalArea {
    /// The area that the session opens; the session must be with the keeper already. Sends nothing.
    ///
    /// # Errors
    /// [`PortalError::SessionExpired`] for a session of another portal.
    pub fn new(
        client: &Client,
        session: Session,
        keeper: Arc<dyn SessionKeeper>,
    ) -> Result<Self, PortalError> {
        if session.portal != client.address() {
            return Err(PortalError::SessionExpired);
        }
        let state = Mutex::new(State {
            session: Some(Arc::new(session)),
            kept: true,
        });
        Ok(Self {
            inner: Arc::new(Inner {
                client: client.clone(),
                keeper,
                state,
            }),
        })
    }

    /// The portal.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.inner.client
    }

    pub(crate) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    async fn next_part(&self, pass: &mut Pass) -> Result<Option<SyncPart>, PortalError> {
        loop {
            let area = self.area().await?;
            let calls = pass.ask(&area);
            if calls.is_empty() {
                return Ok(None);
            }
            let part = pass.take(&self.call(&area, &calls).await?)?;
            if !part.is_empty() {
                return Ok(Some(part));
            }
        }
    }

    async fn changes<T: DeserializeOwned>(
        &self,
        name: &'static str,
        since: Option<&str>,
        id: fn(&T) -> String,
    ) -> Result<Changes<T>, PortalError> {
        let mut collector = Collector::new(name, since.map(str::to_owned));
        let mut gathered = Gathered::since(since);
        loop {
            let area = self.area().await?;
            let mut calls = Vec::new();
            collector.ask(&area, &mut calls);
            if calls.is_empty() {
                return Ok(gathered.into_changes());
            }
            gathered.add(collector.take(&self.call(&area, &calls).await?)?, id);
        }
    }

    async fn send_drafts(
        &self,
        state: &str,
        those: &[DraftUpdate],
    ) -> Result<DraftsSet, PortalError> {
        let area = self.area().await?;
        let calls = drafts::calls(&area.account, state, those);
        drafts::read(&self.call(&area, &calls).await?, those)
    }

    async fn take_drafts_away(&self, state: &str, those: &[Uuid]) -> Result<bool, PortalError> {
        let area = self.area().await?;
        let calls = [drafts::withdrawal(&area.account, state, those)];
        drafts::read_withdrawal(&self.call(&area, &calls).await?, those)
    }

    async fn put_signature(&self, cms: &[u8]) -> Result<Uploaded, PortalError> {
        let area = self.area().await?;
        if u64::try_from(cms.len()).unwrap_or(u64::MAX) > area.max_upload {
            return Ok(Uploaded::Refused(RefusedReason::TooLarge));
        }
        let blob = submit::blob_id(cms);
        let refused = self.put(&area, (CMS, Content::Octets(cms)), &blob).await?;
        Ok(refused.map_or(Uploaded::Done(blob), Uploaded::Refused))
    }

    /// Creates the object of that type from a signature that was uploaded.
    async fn create<T: DeserializeOwned>(
        &self,
        kind: &'static str,
        id: Uuid,
        signature: &str,
        attachments: &[String],
    ) -> Result<Submission<T>, PortalError> {
        let area = self.area().await?;
        let id = id.to_string();
        let calls = submit::calls(kind, &area.account, &id, signature, attachments);
        let answers = self.call(&area, &calls).await?;
        match submit::read(kind, &answers, &id, signature)? {
            Created::Done(object) => Ok(Submission::Submitted(object)),
            Created::Other(object) => Ok(Submission::Other(object)),
            Created::Refused(reason) => Ok(Submission::Refused(reason)),
            // It was there a moment ago: the portal is not well, and a later try uploads again.
            Created::BlobGone => Err(PortalError::Garbage("upload was not kept")),
        }
    }

    async fn call(&self, area: &AreaInfo, calls: &[MethodCall]) -> Result<Answers, PortalError> {
        let url = address::parse_endpoint(self.inner.client.base(), &area.api)?;
        let body = jmap::request(calls);
        let outgoing = Outgoing {
            method: Method::POST,
            url: &url,
            body: Some((JSON, Content::Octets(&body))),
            upload: false,
            limit: LIMIT,
        };
        let reply = self.send(&outgoing).await?;
        if !reply.status.is_success() {
            return Err(jmap::reply_error(&reply));
        }
        let answers: Answers = reply.json("JMAP answer")?;
        let wrong_account =
            |kind: &str| matches!(kind, "accountNotFound" | "accountNotSupportedByMethod");
        if answers.session_state != area.state || answers.failed_with(wrong_account) {
            // RFC 8620 section 3.4: the session object has changed; it is fetched before the next call.
            self.inner.set_area(None).await;
        }
        Ok(answers)
    }

    /// The JMAP session: kept with the session, or fetched once.
    pub(crate) async fn area(&self) -> Result<Arc<AreaInfo>, PortalError> {
        if let Some(area) = &self.inner.current().await?.area
            && area.is_current()
        {
            return Ok(Arc::clone(area));
        }
        let url = address::parse_endpoint(self.inner.client.base(), jmap::SESSION_PATH)?;
        let outgoing = Outgoing {
            method: Method::GET,
            url: &url,
            body: None,
            upload: false,
            limit: LIMIT,
        };
        let reply = self.send(&outgoing).await?;
        if !reply.status.is_success() {
            return Err(jmap::reply_error(&reply));
        }
        let document: Value = reply.json("JMAP session")?;
        let area = Arc::new(AreaInfo::parse(self.inner.client.base(), &document)?);
        self.inner.set_area(Some(Arc::clone(&area))).await;
        Ok(area)
    }

    /// Sends with the token; renews the session once when the token has run out.
    async fn send(&self, outgoing: &Outgoing<'_>) -> Result<HttpReply, PortalError> {
        let mut session = self.inner.current().await?;
        let mut renewed = false;
        if session.expires_at <= self.inner.client.now() {
            session = Arc::clone(&self.inner).renew(session).await?;
            renewed = true;
        }
        loop {
            let call = Call {
                method: outgoing.method.clone(),
                url: outgoing.url,
                body: outgoing.body,
                key: Some(&session.key),
                access: Some(&session.access),
                limit: outgoing.limit,
                upload: outgoing.upload,
            };
            let reply = self.inner.client.send(&call).await?;
            if reply.status.as_u16() != 401 {
                return Ok(reply);
            }
            if renewed || !reply.challenge.contains("invalid_token") {
                return Err(PortalError::Unauthorised);
            }
            session = Arc::clone(&self.inner).renew(session).await?;
            renewed = true;
        }
    }

    /// Whether it has no session any more and never will: another area has to be made.
    #[must_use]
    pub fn is_over(&self) -> bool {
        // One that is being renewed is not over yet.
        let state = self.inner.state.try_lock();
        state.is_ok_and(|state| state.session.is_none())
    }

    /// Forgets the session here; the portal does not hear of it. A session that is being renewed comes to
    /// its keeper first.
    pub async fn close(&self) {
        self.inner.state.lock().await.session = None;
    }

    async fn end(&self, ending: Ending) -> Result<(), PortalError> {
        let mut state = self.inner.state.lock().await;
        let Some(session) = state.session.clone() else {
            return match ending {
                Ending::Here => Ok(()),
                // Nobody is left who could ask for it.
                Ending::Everywhere => Err(PortalError::SessionExpired),
            };
        };
        let Session { key, refresh, .. } = &*session;
        let ended = oauth::revoke(&self.inner.client, key, refresh, ending).await;
        if matches!(ended, Ok(()) | Err(PortalError::SessionExpired)) {
            state.session = None;
        }
        if matches!(ended, Err(PortalError::SessionExpired)) {
            self.inner.keeper.ended(&session);
        }
        ended
    }
}

impl Portal for PersonalArea {
    fn procedures<'a>(&'a self, since: Option<&'a str>) -> Reply<'a, Changes<Procedure>> {
        Box::pin(self.changes("Procedure", since, |one: &Procedure| one.id.clone()))
    }
    fn applications<'a>(&'a self, since: Option<&'a str>) -> Reply<'a, Changes<Application>> {
        Box::pin(self.changes("Application", since, |one: &Application| one.id.to_string()))
    }
    fn sync<'a>(&'a self, pass: &'a mut Pass) -> Reply<'a, Option<SyncPart>> {
        Box::pin(self.next_part(pass))
    }
    fn drafts<'a>(&'a self, since: Option<&'a str>) -> Reply<'a, Changes<DraftDocument>> {
        Box::pin(self.changes("Draft", since, |one: &DraftDocument| one.id.to_string()))
    }
    fn set_drafts<'a>(&'a self, state: &'a str, drafts: &'a [DraftUpdate]) -> Reply<'a, DraftsSet> {
        Box::pin(self.send_drafts(state, drafts))
    }
    fn withdraw_drafts<'a>(&'a self, state: &'a str, drafts: &'a [Uuid]) -> Reply<'a, bool> {
        Box::pin(self.take_drafts_away(state, drafts))
    }
    fn submit<'a>(
        &'a self,
        id: Uuid,
        signature: &'a str,
        attachments: &'a [String],
    ) -> Reply<'a, Submission> {
        Box::pin(self.create("Application", id, signature, attachments))
    }
    fn upload_signature<'a>(&'a self, cms: &'a [u8]) -> Reply<'a, Uploaded> {
        Box::pin(self.put_signature(cms))
    }
    fn upload<'a>(&'a self, file: &'a Upload) -> Reply<'a, Uploaded> {
        Box::pin(self.upload_file(file))
    }
    fn lacking<'a>(&'a self, hashes: &'a [String]) -> Reply<'a, Option<BTreeSet<String>>> {
        Box::pin(self.lacking_files(hashes))
    }
    fn part<'a>(&'a self, hash: &'a str, from: u64, length: u64) -> Reply<'a, Option<Vec<u8>>> {
        Box::pin(self.part_of_file(hash, from, length))
    }
    fn write<'a>(
        &'a self,
        id: Uuid,
        signature: &'a str,
        attachments: &'a [String],
    ) -> Reply<'a, Submission<Message>> {
        Box::pin(self.create("Message", id, signature, attachments))
    }
    fn blob<'a>(&'a self, id: &'a str, limit: usize) -> Reply<'a, Vec<u8>> {
        Box::pin(self.download(id, limit))
    }
    fn time_stamping(&self) -> Reply<'_, Option<String>> {
        Box::pin(async { Ok(self.area().await?.time_stamping.clone()) })
    }
    fn logout(&self) -> Reply<'_, ()> {
        Box::pin(self.end(Ending::Here))
    }
    fn logout_everywhere(&self) -> Reply<'_, ()> {
        Box::pin(self.end(Ending::Everywhere))
    }
}

impl Inner {
    /// The session, which the keeper has.
    pub(crate) async fn current(&self) -> Result<Arc<Session>, PortalError> {
        self.keep(&mut *self.state.lock().await)
    }

    /// A renewed session in place of the stale one; another task may have renewed it meanwhile.
    ///
    /// Runs to its end even when the caller goes away: the portal has used up the old refresh
    /// token by then, and the new one must not get lost.
    pub(crate) async fn renew(
        self: Arc<Self>,
        stale: Arc<Session>,
    ) -> Result<Arc<Session>, PortalError> {
        let work = async move {
            let mut state = self.state.lock().await;
            let session = self.keep(&mut state)?;
            if !Arc::ptr_eq(&session.refresh, &stale.refresh) {
                return Ok(session);
            }
            match oauth::refresh(&self.client, &session.key, &session.refresh).await {
                Ok(tokens) => {
                    state.session = Some(Arc::new(session.renewed(tokens)));
                    state.kept = false;
                    self.keep(&mut state)
                }
                Err(PortalError::SessionExpired) => {
                    state.session = None;
                    self.keeper.ended(&session);
                    Err(PortalError::SessionExpired)
                }
                Err(error) => Err(error),
            }
        };
        // Only a runtime that shuts down or a panic ends the task early.
        tokio::spawn(work).await.map_err(|_| PortalError::Offline)?
    }

    /// Hands a session that was renewed to the keeper before it is used.
    fn keep(&self, state: &mut State) -> Result<Arc<Session>, PortalError> {
        let session = state.session.clone().ok_or(PortalError::SessionExpired)?;
        if !state.kept {
            self.keeper
                .keep(&session.to_secret())
                .map_err(|_| PortalError::NotKept)?;
            state.kept = true;
        }
        Ok(session)
    }

    /// Remembers the JMAP session. That it is not stored costs one request after the next start.
    async fn set_area(&self, area: Option<Arc<AreaInfo>>) {
        let mut state = self.state.lock().await;
        if let Some(session) = &state.session {
            state.session = Some(Arc::new(session.with_area(area)));
            state.kept = false;
            if self.keep(&mut state).is_err() {
                tracing::warn!("the session could not be stored");
            }
        }
    }
}
