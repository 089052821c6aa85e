//! A registration authority (`docs/enrolment.md`): the relay of Enroll2 between the card and its
//! terminal, and the processes of STB 34.101.78 over HTTP as its chapter 10 says.
//!
//! Messages to the certification authority pass as they are: what is in them is for others to write
//! and to judge.

use jiff::Timestamp;
use kabinet_records::Text;
use kabinet_stb::Secret;
use reqwest::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue};
use reqwest::{Method, Request, Url};
use serde::Deserialize;

use crate::address;
use crate::b64::{self, B64};
use crate::client::{Call, Client, Content};
use crate::discovery;
use crate::error::PortalError;
use crate::http::Reply;
use crate::oauth::{self, Token};
use crate::terminal::{BatchDown, Terminal, batch, batch_down, octets, response_list};
use crate::work::{self, Work};

/// Most octets of an answer.
const LIMIT: usize = 1024 * 1024;
/// Most certificates in a chain.
const CHAIN_LIMIT: usize = 8;
/// Media type of the messages (clause 10.3).
const CMS: &str = "application/cms";

/// A process between a subject and a certification authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// A new password for revocation.
    SetPassword,
    /// Revocation.
    Revoke,
}

/// A registration authority that was asked what it is.
#[derive(Clone)]
pub struct Registration {
    client: Client,
    /// Its name.
    pub name: Text,
    /// Certificates of the certification authority that it stands for, DER: the issuing one first.
    pub authorities: Vec<Vec<u8>>,
    enrol: Url,
    retrieve: Url,
    set_password: Url,
    revoke: Url,
}

#[derive(Deserialize)]
struct Document {
    name: Text,
    authorities: Vec<B64>,
    enrol: String,
    retrieve: String,
    setpwd: String,
    revoke: String,
}

/// What became of a request for a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Issued {
    /// The certificate, DER.
    Certificate(Vec<u8>),
    /// It takes time; the certificate is to be asked for again by this identifier.
    Waiting([u8; 32]),
    /// The certification authority refused.
    Rejected,
    /// Nobody knows of such a request.
    Unknown,
}

/// An enrolment that has begun. Dropping it forgets it; the authority lets it run out.
pub struct Enrolment {
    registration: Registration,
    session: Secret,
    terminal: Terminal,
}

/// What follows after the card's answers.
pub enum Step {
    /// More protected command APDUs, in order.
    More(Vec<Vec<u8>>),
    /// The card has said enough.
    Done(Issued),
}

#[derive(Deserialize)]
struct Answer {
    session: Option<Token>,
    btok_request: Option<B64>,
    btok_terminal_certificates: Option<Vec<B64>>,
    btok_auxiliary_data: Option<B64>,
    btok_m2: Option<B64>,
    btok_commands: Option<Vec<B64>>,
    status: Option<String>,
    certificate: Option<B64>,
    request_id: Option<B64>,
}

impl Registration {
    /// Asks a registration authority at the client's address what it is.
    ///
    /// # Errors
    /// Any of the network's; `Garbage` when it is none.
    pub async fn discover(client: &Client) -> Result<Self, PortalError> {
        const WHAT: &str = "registration authority: form";
        const FORM: PortalError = PortalError::Garbage(WHAT);
        let base = client.base();
        let url = base.join("registration").map_err(|_| FORM)?;
        let document: Document = discovery::get(client, &url, LIMIT, WHAT).await?;
        if document.authorities.is_empty() || document.authorities.len() > CHAIN_LIMIT {
            return Err(FORM);
        }
        Ok(Self {
            name: document.name,
            authorities: octets(document.authorities),
            enrol: address::parse_endpoint(base, &document.enrol)?,
            retrieve: address::parse_endpoint(base, &document.retrieve)?,
            set_password: address::parse_endpoint(base, &document.setpwd)?,
            revoke: address::parse_endpoint(base, &document.revoke)?,
            client: client.clone(),
        })
    }

    /// Asks again for the certificate of an earlier request, by its identifier or by belt-hash of the
    /// certificate request.
    ///
    /// # Errors
    /// Any of the network's.
    pub async fn retrieve(&self, identifier: &[u8; 32]) -> Result<Issued, PortalError> {
        let identifier = b64::encode(identifier);
        let fields = [("request_id", identifier.as_bytes())];
        issued(self.post(&self.retrieve, &fields).await?)
    }

    /// Sends a message of a process to the certification authority, with as much work as it asks for;
    /// gives what it answers.
    ///
    /// # Errors
    /// Any of the network's. A refusal that the authority signed is no error here.
    pub async fn send(&self, process: Process, message: &[u8]) -> Result<Vec<u8>, PortalError> {
        let node = match process {
            Process::SetPassword => &self.set_password,
            Process::Revoke => &self.revoke,
        };
        let mut level = 0;
        loop {
            let reply = self.send_once(node, message, level).await?;
            match (reply.status.as_u16(), reply.nonce.as_deref()) {
                // It says how much work it wants; more than once only if it wants ever more.
                (428, Some(wanted)) => match work::level(wanted) {
                    Some(wanted) if wanted > level => level = wanted,
                    _ => return Err(PortalError::Garbage("work that was done")),
                },
                (200 | 202 | 400 | 403, _) if reply.media_type == CMS => {
                    return Ok(reply.body.to_vec());
                }
                (200 | 202, _) => return Err(PortalError::Garbage("not an authority's answer")),
                _ => return Err(reply.error()),
            }
        }
    }

    async fn send_once(&self, node: &Url, message: &[u8], level: u8) -> Result<Reply, PortalError> {
        const HEADER: PortalError = PortalError::Garbage("a header");
        let date = http_date(self.client.clock().now());
        let mut request = Request::new(Method::POST, node.clone());
        if level > 0 {
            let (date, node, body) = (date.clone(), node.to_string(), message.to_vec());
            let worked =
                tokio::task::spawn_blocking(move || Work::for_message(level, &date, &node, &body));
            let work = worked.await.map_err(|_| HEADER)??;
            let value = HeaderValue::try_from(work.header()).map_err(|_| HEADER)?;
            let nonce = HeaderName::from_static("nonce");
            request.headers_mut().insert(nonce, value);
        }
        let date = HeaderValue::try_from(date).map_err(|_| HEADER)?;
        request.headers_mut().insert(DATE, date);
        let media_type = HeaderValue::from_static(CMS);
        request.headers_mut().insert(CONTENT_TYPE, media_type);
        *request.body_mut() = Some(message.to_vec().into());
        self.client.http().send(request, LIMIT).await
    }

    async fn post(&self, url: &Url, fields: &[(&str, &[u8])]) -> Result<Answer, PortalError> {
        let body = oauth::form(fields);
        let call = Call {
            method: Method::POST,
            url,
            body: Some((oauth::FORM, Content::Octets(&body))),
            key: None,
            access: None,
            limit: LIMIT,
            upload: false,
        };
        let reply = self.client.send(&call).await?;
        match reply.status.as_u16() {
            200 | 202 => reply.json("registration answer"),
            _ => Err(oauth::oauth_error(&reply)),
        }
    }
}

impl Enrolment {
    /// First round trip: hands in the certificate request, DER; the authority asks for what it has to
    /// know of the holder.
    ///
    /// # Errors
    /// Any of the network's; `Garbage` when the authentication request is not what it has to be, or
    /// is not about this certificate request.
    pub async fn begin(registration: &Registration, csr: &[u8]) -> Result<Self, PortalError> {
        let text = b64::encode(csr);
        let fields = [("request", text.as_bytes())];
        let answer = registration.post(&registration.enrol, &fields).await?;
        let client = &registration.client;
        let terminal = Terminal::begin(
            answer.btok_request,
            answer.btok_terminal_certificates,
            answer.btok_auxiliary_data,
            client.address().trim_end_matches('/'),
            client.clock().now(),
        )?;
        // The card proves itself over this text, so over the certificate request.
        let hash = b64::encode(&kabinet_stb::hash::belt_hash(csr));
        if !terminal.request().nonce.starts_with(&hash) {
            return Err(PortalError::Garbage("it is about another request"));
        }
        let session = answer.session.ok_or(PortalError::Garbage("no session"))?.0;
        Ok(Self {
            registration: registration.clone(),
            session,
            terminal,
        })
    }

    /// The terminal that speaks through the authority.
    #[must_use]
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Second round trip, as [`crate::SignIn::answer_m1`].
    ///
    /// # Errors
    /// As [`crate::SignIn::answer_m1`].
    pub async fn answer_m1(&mut self, access: &[u8], m1: &[u8]) -> Result<BatchDown, PortalError> {
        let (access, m1) = (b64::encode(access), b64::encode(m1));
        let fields = [
            ("btok_access", access.as_bytes()),
            ("btok_m1", m1.as_bytes()),
        ];
        let answer = self.post(&fields).await?;
        batch_down(answer.btok_m2, answer.btok_commands)
    }

    /// Third round trip, as [`crate::SignIn::answer_m3`]; the last one when the authority has seen
    /// enough of the card.
    ///
    /// # Errors
    /// As [`crate::SignIn::answer_m3`].
    pub async fn answer_m3(
        &mut self,
        m3: &[u8],
        responses: &[Vec<u8>],
    ) -> Result<Step, PortalError> {
        let (m3, responses) = (b64::encode(m3), response_list(responses));
        self.answer(&[("btok_m3", m3.as_bytes()), ("btok_responses", &responses)])
            .await
    }

    /// Answers to the commands of [`Step::More`].
    ///
    /// # Errors
    /// As [`Self::answer_m3`].
    pub async fn answer_more(&mut self, responses: &[Vec<u8>]) -> Result<Step, PortalError> {
        let responses = response_list(responses);
        self.answer(&[("btok_responses", &responses)]).await
    }

    async fn answer(&mut self, fields: &[(&str, &[u8])]) -> Result<Step, PortalError> {
        self.terminal.count_batch()?;
        let mut answer = self.post(fields).await?;
        let commands = batch(answer.btok_commands.take())?;
        if commands.is_empty() {
            return issued(answer).map(Step::Done);
        }
        Ok(Step::More(commands))
    }

    async fn post(&mut self, fields: &[(&str, &[u8])]) -> Result<Answer, PortalError> {
        let mut all: Vec<(&str, &[u8])> = vec![("session", self.session.expose())];
        all.extend_from_slice(fields);
        self.registration.post(&self.registration.enrol, &all).await
    }
}

fn issued(answer: Answer) -> Result<Issued, PortalError> {
    const FORM: PortalError = PortalError::Garbage("registration answer");
    match answer.status.as_deref() {
        Some("granted") => Ok(Issued::Certificate(answer.certificate.ok_or(FORM)?.0)),
        Some("waiting") => {
            let identifier = answer.request_id.ok_or(FORM)?.0;
            Ok(Issued::Waiting(identifier.try_into().map_err(|_| FORM)?))
        }
        Some("rejection") => Ok(Issued::Rejected),
        Some("unknown") => Ok(Issued::Unknown),
        _ => Err(FORM),
    }
}

/// A moment as HTTP writes it (RFC 9110, clause 5.6.7).
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_http() {
        let at: Timestamp = "1994-11-06T08:49:37.5Z".parse().unwrap();
        assert_eq!(http_date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
