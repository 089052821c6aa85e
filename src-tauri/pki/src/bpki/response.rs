//! BPKIResp: what an authority answers through its agent (STB 34.101.78, clauses 8.11 and 9.2).

use kabinet_stb::tlv;
use thiserror::Error;

use super::{MessageError, MessageKind, read_signed};
use crate::{
    Time, TspFailure,
    certificate::Certificate,
    names, oid,
    strict::{self, BIT_STRING, Fault, Fields, INTEGER, OCTET_STRING, SEQUENCE},
    tsp,
};

const REQUEST_ID: usize = 32;
const NONCE: usize = 8;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It was done.
    Granted,
    /// It was refused; why, as far as the reason is known.
    Rejected(Option<TspFailure>),
    /// It takes time; the certificate is to be asked for again.
    Waiting,
}

/// Why an answer is not taken: it is as if there was none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ResponseError {
    /// It is no signed message.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// What is signed is no answer in DER.
    #[error("not an answer: {0}")]
    Format(&'static str),
    /// It is signed by somebody who is no agent of the authority.
    #[error("the answer is not of the authority's agent: {0}")]
    NotAgent(&'static str),
    /// It answers another request.
    #[error("the answer is to another request")]
    OtherRequest,
    /// It repeats an earlier answer.
    #[error("the answer is to an earlier question")]
    Repeated,
}

/// An authority's answer, as it is written and read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// What became of the request.
    pub status: Status,
    /// Belt-hash of the request.
    pub request_id: [u8; REQUEST_ID],
    /// What the question brought, in answers to Retrieve.
    pub nonce: Option<[u8; NONCE]>,
}

impl Response {
    /// Reads BPKIResp in DER.
    ///
    /// # Errors
    /// [`ResponseError::Format`] for what is none, also when the status does not fit what is with it.
    pub fn from_der(der: &[u8]) -> Result<Self, ResponseError> {
        read(der).map_err(ResponseError::Format)
    }
}

/// Reads the signed answer of `authority` to a request at a moment. In answers to Retrieve the
/// `nonce` of the question must be there, in all others none.
///
/// Whether the agent's certificate was revoked is not judged here.
///
/// # Errors
/// [`ResponseError`].
pub fn read_response(
    der: &[u8],
    authority: &Certificate,
    request_id: &[u8; REQUEST_ID],
    nonce: Option<&[u8; NONCE]>,
    at: Time,
) -> Result<Status, ResponseError> {
    let message = read_signed(der)?;
    if message.kind != MessageKind::Response {
        return Err(MessageError::OtherKind.into());
    }
    check_agent(&message.signer, authority, at).map_err(ResponseError::NotAgent)?;
    let response = Response::from_der(&message.content)?;
    if response.request_id != *request_id {
        return Err(ResponseError::OtherRequest);
    }
    if response.nonce.as_ref() != nonce {
        return Err(ResponseError::Repeated);
    }
    Ok(response.status)
}

/// Whether it is an agent of the authority (clause 9.2): certified by it, of the same organisation,
/// in the roles of an automaton and of an authority.
fn check_agent(agent: &Certificate, authority: &Certificate, at: Time) -> Result<(), Fault> {
    const SHARED: [&[u8]; 8] = [
        oid::NAME,
        oid::COUNTRY,
        oid::LOCALITY,
        oid::STATE_OR_PROVINCE,
        oid::STREET,
        oid::ORGANIZATION,
        oid::ORGANIZATIONAL_UNIT,
        oid::ORGANIZATION_IDENTIFIER,
    ];
    if agent.issuer() != authority.subject() || !agent.is_signed_by(authority) {
        return Err("another authority certified it");
    }
    if !agent.is_valid_at(at) {
        return Err("its certificate is not valid now");
    }
    let value = |of: &Certificate, attribute| names::attribute_of(of.subject(), attribute);
    if SHARED
        .iter()
        .any(|attribute| value(agent, attribute) != value(authority, attribute))
    {
        return Err("it is of another organisation");
    }
    let policies = &agent.extensions().policies;
    let has = |role: &[u8]| policies.iter().any(|policy| policy == role);
    if !has(oid::ROLE_ACD) || !(has(oid::ROLE_CA1) || has(oid::ROLE_CA2)) {
        return Err("it has other roles");
    }
    Ok(())
}

fn read(der: &[u8]) -> Result<Response, Fault> {
    strict::check(der)?;
    let mut fields = Fields::new(strict::only(SEQUENCE, der)?);
    let info = fields.take(SEQUENCE)?.value;
    let request_id = fixed(fields.take(OCTET_STRING)?.value)?;
    let nonce = fields.optional(OCTET_STRING)?;
    let nonce = nonce.map(|nonce| fixed(nonce.value)).transpose()?;
    fields.end()?;
    let bare = info == tlv::encode(INTEGER, info.get(2..3).unwrap_or_default());
    let status = match tsp::read_status(info)? {
        (0, _) if bare => Status::Granted,
        (3, _) if bare => Status::Waiting,
        (2, failure) if has_failure(info)? => Status::Rejected(failure),
        _ => return Err("the status does not fit"),
    };
    Ok(Response {
        status,
        request_id,
        nonce,
    })
}

/// Whether PKIStatusInfo says why.
fn has_failure(info: &[u8]) -> Result<bool, Fault> {
    let fields = strict::children(info, 3)?;
    Ok(fields.iter().any(|field| field.tag == BIT_STRING))
}

pub(super) fn fixed<const N: usize>(value: &[u8]) -> Result<[u8; N], Fault> {
    value.try_into().map_err(|_| "a string has another length")
}
