//! Messages of the time-stamp protocol of STB 34.101.82 (RFC 3161): requests in the profile of
//! STB 34.101.78, responses and tokens of anybody.

use std::time::Duration;

use der::asn1::ObjectIdentifier;
use kabinet_stb::tlv;
use thiserror::Error;

use crate::{
    Time,
    algorithm::{self, HashAlgorithm},
    moment, oid,
    strict::{
        self, BIT_STRING, BOOLEAN, Fault, Fields, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING,
        SEQUENCE,
    },
};

/// A response or a token longer than this is not read; those of the profile have about one
/// kibioctet.
pub(crate) const MAX_TOKEN: usize = 256 * 1024;

/// Octets of a token's serial number (RFC 3161, clause 2.4.2: at least 160 bits must be taken).
const MAX_SERIAL: usize = 32;

/// How far the clocks of an authority and of this computer may be apart, and how long an answer may
/// take. A clock that nobody sets is wrong by seconds a day, so that one that was set this year is wrong
/// by minutes; and what a stamp that is a little ahead of the moment of the check proves is still that
/// the signature is not younger than that. Kerberos allows as much (RFC 4120, clause 8.2).
const TOLERANCE: Duration = Duration::from_secs(5 * 60);

const UTF8_STRING: u32 = 0x0C;

/// Why there is no time stamp in a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TspError {
    /// The octets are no response in DER.
    #[error("not a time-stamp response: {0}")]
    Format(&'static str),
    /// The authority asks to come again later.
    #[error("the time-stamping authority asks to wait")]
    Waiting,
    /// The authority refused.
    #[error("the time-stamping authority refused: {0:?}")]
    Refused(Option<TspFailure>),
    /// The token is over something else than was asked.
    #[error("the time stamp is over something else")]
    OtherImprint,
    /// The token is older than the request: an answer from before. Requests have no nonce to tell
    /// (STB 34.101.78).
    #[error("the time stamp is not from now")]
    NotFresh,
}

/// Why an authority gives no stamp (RFC 3161, clause 2.4.2) or, in STB 34.101.78, does not do what
/// it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TspFailure {
    /// The hash function is not supported.
    BadAlgorithm,
    /// The request is not permitted or not supported.
    BadRequest,
    /// The time in the request is not near the authority's.
    BadTime,
    /// The request has the wrong format.
    BadDataFormat,
    /// Its source of time is not available.
    TimeNotAvailable,
    /// The policy is not supported.
    UnacceptedPolicy,
    /// An extension is not supported.
    UnacceptedExtension,
    /// Something that was asked for is not available.
    AdditionalInformationNotAvailable,
    /// It failed.
    SystemFailure,
}

/// What a token says: TSTInfo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StampInfo {
    /// Content octets of the identifier of the hash function.
    hash_oid: Vec<u8>,
    /// The hash value of what existed at that time.
    pub(crate) imprint: Vec<u8>,
    /// The time, without the fraction of a second.
    pub(crate) time: Time,
    /// Under which policy it was made, with dots; none when a number in it is too great.
    pub(crate) policy: Option<String>,
}

/// A TimeStampReq in DER for octets with this hash value, in the profile: certificate wanted,
/// no policy, no nonce, no extensions.
pub(crate) fn request(hash: HashAlgorithm, imprint: &[u8]) -> Vec<u8> {
    let sequence = |parts: &[&[u8]]| tlv::encode(SEQUENCE, &parts.concat());
    let message_imprint = sequence(&[
        &algorithm::identifier(hash.oid()),
        &tlv::encode(OCTET_STRING, imprint),
    ]);
    sequence(&[
        &tlv::encode(INTEGER, &[1]),
        &message_imprint,
        &tlv::encode(BOOLEAN, &[0xFF]),
    ])
}

/// Reads a TimeStampResp in DER; gives the token, a ContentInfo in DER.
pub(crate) fn read_response(der: &[u8]) -> Result<&[u8], TspError> {
    if der.len() > MAX_TOKEN {
        return Err(TspError::Format("the response is too long"));
    }
    let read = || {
        strict::check(der)?;
        let mut fields = Fields::new(strict::only(SEQUENCE, der)?);
        let status = read_status(fields.take(SEQUENCE)?.value)?;
        let token = fields.optional(SEQUENCE)?;
        fields.end()?;
        Ok((status, token))
    };
    let (status, token) = read().map_err(TspError::Format)?;
    match (status, token) {
        ((0 | 1, None), Some(token)) => Ok(token.raw),
        ((2, failure), None) => Err(TspError::Refused(failure)),
        ((3, _), None) => Err(TspError::Waiting),
        _ => Err(TspError::Format("the status does not fit")),
    }
}

/// PKIStatusInfo.
pub(crate) fn read_status(value: &[u8]) -> Result<(u8, Option<TspFailure>), Fault> {
    const MAX_TEXTS: usize = 16;
    let mut fields = Fields::new(value);
    let [status] = fields.take(INTEGER)?.value else {
        return Err("the status is unknown");
    };
    if let Some(texts) = fields.optional(SEQUENCE)? {
        let texts = strict::children(texts.value, MAX_TEXTS)?;
        if texts.iter().any(|text| text.tag != UTF8_STRING) {
            return Err("the status has a malformed text");
        }
    }
    let failure = match fields.optional(BIT_STRING)? {
        Some(bits) => read_failure(bits.value),
        None => None,
    };
    fields.end()?;
    Ok((*status, failure))
}

/// The first of the reasons that PKIFailureInfo gives.
fn read_failure(value: &[u8]) -> Option<TspFailure> {
    use TspFailure::{
        AdditionalInformationNotAvailable, BadAlgorithm, BadDataFormat, BadRequest, BadTime,
        SystemFailure, TimeNotAvailable, UnacceptedExtension, UnacceptedPolicy,
    };
    let (_, bits) = value.split_first()?;
    let is_set = |bit: usize| {
        bits.get(bit / 8)
            .is_some_and(|octet| octet & (0x80 >> (bit % 8)) != 0)
    };
    [
        (0, BadAlgorithm),
        (2, BadRequest),
        (3, BadTime),
        (5, BadDataFormat),
        (14, TimeNotAvailable),
        (15, UnacceptedPolicy),
        (16, UnacceptedExtension),
        (17, AdditionalInformationNotAvailable),
        (25, SystemFailure),
    ]
    .into_iter()
    .find_map(|(bit, failure)| is_set(bit).then_some(failure))
}

impl StampInfo {
    /// Reads TSTInfo in DER.
    pub(crate) fn read(der: &[u8]) -> Result<Self, Fault> {
        strict::check(der)?;
        let mut fields = Fields::new(strict::only(SEQUENCE, der)?);
        if fields.take(INTEGER)?.value != [1] {
            return Err("the version of the time stamp is unknown");
        }
        let policy = ObjectIdentifier::from_bytes(fields.take(OBJECT_IDENTIFIER)?.value);
        let mut imprint = Fields::new(fields.take(SEQUENCE)?.value);
        let hash_oid = algorithm::read_identifier(imprint.take(SEQUENCE)?.value)?.to_vec();
        let hash_value = imprint.take(OCTET_STRING)?.value.to_vec();
        imprint.end()?;
        if fields.take(INTEGER)?.value.len() > MAX_SERIAL {
            return Err("the serial number is negative or too long");
        }
        let time = fields.next()?.ok_or("a time is malformed")?;
        let time = moment::read_with_fraction(&time)?;
        // Accuracy, ordering, nonce and the authority's name change nothing here.
        fields.optional(SEQUENCE)?;
        if fields
            .optional(BOOLEAN)?
            .is_some_and(|flag| flag.value != [0xFF])
        {
            return Err("a default value is written out");
        }
        fields.optional(INTEGER)?;
        fields.optional(0xA0)?;
        if let Some(extensions) = fields.optional(0xA1)? {
            let value = tlv::encode(SEQUENCE, extensions.value);
            let list = crate::extensions::read_list(&value)?;
            if list.iter().any(|extension| extension.is_critical) {
                return Err("the time stamp has an unknown critical extension");
            }
        }
        fields.end()?;
        Ok(Self {
            hash_oid,
            imprint: hash_value,
            time,
            policy: policy.ok().map(|policy| policy.to_string()),
        })
    }

    /// Whether it was made for a request of this moment.
    pub(crate) fn is_fresh(&self, at: Time) -> bool {
        let age = at.unix_duration().saturating_sub(self.time.unix_duration());
        age <= TOLERANCE
    }

    /// The moment at which it is judged in a check for `at`: its own where that is a little later, since
    /// one of the two clocks is a little wrong then.
    pub(crate) fn judged_at(&self, at: Time) -> Time {
        let ahead = self.time.unix_duration().saturating_sub(at.unix_duration());
        if ahead <= TOLERANCE {
            at.max(self.time)
        } else {
            at
        }
    }

    /// The hash function of the imprint; none when it is not taken.
    pub(crate) fn hash(&self) -> Option<HashAlgorithm> {
        HashAlgorithm::from_oid(&self.hash_oid)
    }
}

/// Whether the identifier's content octets are those of TSTInfo.
pub(crate) fn is_stamp(content_type: &[u8]) -> bool {
    content_type == oid::TST_INFO
}
