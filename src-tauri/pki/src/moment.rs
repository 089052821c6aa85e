//! Moments as DER writes them.

use der::{
    Decode, Encode,
    asn1::{GeneralizedTime, UtcTime},
};
use kabinet_stb::tlv::Tlv;

use crate::{Time, strict::Fault};

pub(crate) const UTC_TIME: u32 = 0x17;
pub(crate) const GENERALIZED_TIME: u32 = 0x18;

/// The last year that is written with two digits (RFC 5280, clause 4.1.2.5; RFC 5652, clause 11.3).
const LAST_YEAR_OF_UTC_TIME: u16 = 2049;

const MALFORMED: Fault = "a time is malformed";

/// Writes UTCTime up to 2049, GeneralizedTime from then on.
pub(crate) fn write(time: Time) -> Result<Vec<u8>, der::Error> {
    if time.year() <= LAST_YEAR_OF_UTC_TIME {
        UtcTime::from_date_time(time)?.to_der()
    } else {
        GeneralizedTime::from_date_time(time).to_der()
    }
}

/// Reads the form that [`write`] writes.
pub(crate) fn read(object: &Tlv<'_>) -> Result<Time, Fault> {
    match object.tag {
        UTC_TIME => UtcTime::from_der(object.raw)
            .map(|time| time.to_date_time())
            .map_err(|_| MALFORMED),
        GENERALIZED_TIME => read_generalized(object)
            .ok()
            .filter(|time| time.year() > LAST_YEAR_OF_UTC_TIME)
            .ok_or(MALFORMED),
        _ => Err(MALFORMED),
    }
}

/// Reads GeneralizedTime of whole seconds, as in OCSP.
pub(crate) fn read_generalized(object: &Tlv<'_>) -> Result<Time, Fault> {
    GeneralizedTime::from_der(object.raw)
        .map(|time| time.to_date_time())
        .map_err(|_| MALFORMED)
}

/// Reads GeneralizedTime that may have a fraction without trailing zeros (RFC 3161, clause 2.4.2);
/// the fraction is dropped.
pub(crate) fn read_with_fraction(object: &Tlv<'_>) -> Result<Time, Fault> {
    let text = std::str::from_utf8(object.value).map_err(|_| MALFORMED)?;
    let Some((whole, fraction)) = text.split_once('.') else {
        return read_generalized(object);
    };
    let digits = fraction.strip_suffix('Z').ok_or(MALFORMED)?;
    let is_shortest = !digits.is_empty() && !digits.ends_with('0') && digits.len() <= 9;
    if object.tag != GENERALIZED_TIME
        || !is_shortest
        || !digits.bytes().all(|digit| digit.is_ascii_digit())
    {
        return Err(MALFORMED);
    }
    let octets = kabinet_stb::tlv::encode(GENERALIZED_TIME, format!("{whole}Z").as_bytes());
    GeneralizedTime::from_der(&octets)
        .map(|time| time.to_date_time())
        .map_err(|_| MALFORMED)
}
