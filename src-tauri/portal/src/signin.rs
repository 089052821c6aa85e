//! The relay of a sign-in: eight steps of STB 34.101.79 chapter 10 in four round trips.

use kabinet_stb::Secret;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::CLIENT_ID;
use crate::b64::{self, B64};
use crate::client::Client;
use crate::dpop::DpopKey;
use crate::error::PortalError;
use crate::handover::HandOver;
use crate::http::Reply;
use crate::jwt::{self, JwtError};
use crate::oauth::{self, Token};
use crate::pkce;
use crate::session::Session;
use crate::terminal::{BatchDown, Terminal, batch, batch_down, response_list};
use crate::ticket::{self, Expected, Ticket};

/// Most octets of an answer.
const LIMIT: usize = 1024 * 1024;

/// A sign-in that has begun. Dropping it forgets it; the portal lets it run out.
pub struct SignIn {
    client: Client,
    key: DpopKey,
    verifier: Zeroizing<String>,
    nonce: String,
    auth_session: Secret,
    terminal: Terminal,
    code: Option<Secret>,
}

/// What follows after the card's answers.
pub enum Next {
    /// More protected command APDUs, in order; their answers go to [`SignIn::answer_more`].
    More(Vec<Vec<u8>>),
    /// The card has said enough: [`SignIn::finish`] gets the session.
    Done,
}

/// What a sign-in gives.
pub struct SignedIn {
    /// The session; store it before anything else is done with it.
    pub session: Session,
    /// What the portal says of the holder.
    pub ticket: Ticket,
}

#[derive(Deserialize)]
struct Answer {
    error: Option<String>,
    auth_session: Option<Token>,
    btok_request: Option<B64>,
    btok_terminal_certificates: Option<Vec<B64>>,
    btok_auxiliary_data: Option<B64>,
    btok_m2: Option<B64>,
    btok_commands: Option<Vec<B64>>,
    authorization_code: Option<Token>,
}

impl SignIn {
    /// First round trip: asks the portal for its authentication request.
    ///
    /// # Errors
    /// Any of the network's; `Garbage` when the request is not what the profile says.
    pub async fn begin(client: &Client) -> Result<Self, PortalError> {
        Self::start(client, None).await
    }

    /// The same for the page that handed over: it is signed in, and not this client. Ends with
    /// [`SignIn::hand_back`].
    ///
    /// # Errors
    /// As [`SignIn::begin`]; `Refused` with `request_used` or `request_expired`.
    pub async fn begin_for(client: &Client, page: &HandOver) -> Result<Self, PortalError> {
        Self::start(client, Some(page)).await
    }

    async fn start(client: &Client, page: Option<&HandOver>) -> Result<Self, PortalError> {
        client.prepare().await?;
        let key = DpopKey::generate();
        let verifier = pkce::verifier();
        let nonce = ticket::nonce();
        let challenge = pkce::challenge(&verifier);
        let mut fields: Vec<(&str, &[u8])> = vec![
            ("client_id", CLIENT_ID.as_bytes()),
            ("response_type", "code".as_bytes()),
            ("scope", "openid offline_access".as_bytes()),
            ("code_challenge", challenge.as_bytes()),
            ("code_challenge_method", "S256".as_bytes()),
            ("nonce", nonce.as_bytes()),
        ];
        if let Some(page) = page {
            fields.push(("hand_over", page.token().expose()));
        }
        let body = oauth::form(&fields);
        let answer = step(client, &key, &body).await?;
        let terminal = Terminal::begin(
            answer.btok_request,
            answer.btok_terminal_certificates,
            answer.btok_auxiliary_data,
            &client.metadata().await?.issuer,
            client.clock().now(),
        )?;
        Ok(Self {
            client: client.clone(),
            key,
            verifier,
            nonce,
            auth_session: answer
                .auth_session
                .ok_or(PortalError::Garbage("no auth session"))?
                .0,
            terminal,
            code: None,
        })
    }

    /// The terminal that speaks through the portal.
    #[must_use]
    pub fn terminal(&self) -> &Terminal {
        &self.terminal
    }

    /// Second round trip: `access` are the `CertHAT` objects given in BPACE's hello, in their order,
    /// `m1` the value of data object 80 of the card's M1.
    ///
    /// # Errors
    /// Any of the network's; `RequiredClaimMissing` when the holder left out too much.
    pub async fn answer_m1(&mut self, access: &[u8], m1: &[u8]) -> Result<BatchDown, PortalError> {
        let (access, m1) = (b64::encode(access), b64::encode(m1));
        let answer = self
            .post(&[
                ("btok_access", access.as_bytes()),
                ("btok_m1", m1.as_bytes()),
            ])
            .await?;
        batch_down(answer.btok_m2, answer.btok_commands)
    }

    /// Third round trip: `m3` is the value of data object 82 of the card's M3, `responses` complete
    /// response APDUs, one a command; a shorter list ends with the first unprotected one.
    ///
    /// # Errors
    /// Any of the network's; the portal's verdict on terminal, card, document and claims.
    pub async fn answer_m3(
        &mut self,
        m3: &[u8],
        responses: &[Vec<u8>],
    ) -> Result<Next, PortalError> {
        let (m3, responses) = (b64::encode(m3), response_list(responses));
        self.answer(&[("btok_m3", m3.as_bytes()), ("btok_responses", &responses)])
            .await
    }

    /// Answers to the commands of [`Next::More`].
    ///
    /// # Errors
    /// As [`SignIn::answer_m3`].
    pub async fn answer_more(&mut self, responses: &[Vec<u8>]) -> Result<Next, PortalError> {
        let responses = response_list(responses);
        self.answer(&[("btok_responses", &responses)]).await
    }

    /// Fourth round trip: the code for tokens; verifies the ticket.
    ///
    /// # Errors
    /// Any of the network's; `Garbage` when the ticket is not for this request; `SessionExpired`
    /// before [`Next::Done`].
    pub async fn finish(self) -> Result<SignedIn, PortalError> {
        let code = self.code.as_ref().ok_or(PortalError::SessionExpired)?;
        let tokens = oauth::exchange(&self.client, &self.key, code, &self.verifier).await?;
        let ticket = self
            .verify(
                tokens
                    .id_token
                    .as_ref()
                    .ok_or(PortalError::Garbage("no ticket"))?,
            )
            .await?;
        let session = Session::new(self.client.address().to_owned(), tokens, self.key);
        Ok(SignedIn { session, ticket })
    }

    /// Ends a sign-in of [`SignIn::begin_for`]: the address by which the browser gets on. This client
    /// gets no session.
    ///
    /// # Errors
    /// `SessionExpired` before [`Next::Done`].
    pub fn hand_back(self, page: &HandOver) -> Result<Zeroizing<String>, PortalError> {
        let code = self.code.as_ref().ok_or(PortalError::SessionExpired)?;
        page.address_with(code)
    }

    async fn verify(&self, token: &str) -> Result<Ticket, PortalError> {
        let mut verified = jwt::verify(token, &*self.client.jwks(false).await?);
        if matches!(verified, Err(JwtError::UnknownKey)) {
            // The portal may have changed its keys since they were fetched.
            verified = jwt::verify(token, &*self.client.jwks(true).await?);
        }
        let payload = verified.map_err(|error| match error {
            JwtError::Malformed => PortalError::Garbage("ticket: form"),
            JwtError::UnknownKey => PortalError::Garbage("ticket: key"),
            JwtError::Signature => PortalError::Garbage("ticket: signature"),
        })?;
        let issuer = &self.client.metadata().await?.issuer;
        let expected = Expected {
            issuer,
            nonce: &self.nonce,
            request: self.terminal.request(),
            now: self.client.now(),
        };
        Ticket::check(&payload, &expected)
    }

    async fn answer(&mut self, fields: &[(&str, &[u8])]) -> Result<Next, PortalError> {
        self.terminal.count_batch()?;
        let answer = self.post(fields).await?;
        if let Some(code) = answer.authorization_code {
            self.code = Some(code.0);
            return Ok(Next::Done);
        }
        let commands = batch(answer.btok_commands)?;
        if commands.is_empty() {
            return Err(PortalError::Garbage("neither code nor commands"));
        }
        Ok(Next::More(commands))
    }

    async fn post(&mut self, fields: &[(&str, &[u8])]) -> Result<Answer, PortalError> {
        let mut all: Vec<(&str, &[u8])> = vec![("auth_session", self.auth_session.expose())];
        all.extend_from_slice(fields);
        let body = oauth::form(&all);
        let mut answer = step(&self.client, &self.key, &body).await?;
        if let Some(session) = answer.auth_session.take() {
            self.auth_session = session.0;
        }
        Ok(answer)
    }
}

/// One post to the authorization challenge endpoint: 403 `insufficient_authorization` goes on,
/// 200 ends well, anything else is an error.
async fn step(client: &Client, key: &DpopKey, body: &[u8]) -> Result<Answer, PortalError> {
    let url = &client.metadata().await?.challenge;
    let reply = oauth::post_form(client, url, key, body, LIMIT).await?;
    match reply.status.as_u16() {
        200 => reply.json("sign-in answer"),
        403 => goes_on(&reply),
        _ => Err(oauth::oauth_error(&reply)),
    }
}

fn goes_on(reply: &Reply) -> Result<Answer, PortalError> {
    let answer: Answer = reply.json("sign-in answer")?;
    match answer.error.as_deref() {
        Some("insufficient_authorization") => Ok(answer),
        Some(code) => Err(PortalError::from_code(code)),
        None => Err(PortalError::Garbage("sign-in answer")),
    }
}
