//! Today, in the forms that the protocols want.

use std::cell::Cell;

use jiff::Timestamp;

thread_local! {
    static PRETENDED: Cell<Option<i64>> = const { Cell::new(None) };
}

tokio::task_local! {
    /// How far the clock is wrong for the request under way, in seconds.
    pub static SKEW: i64;
}

/// Seconds since 1970, as this request's clock has them.
#[must_use]
pub fn seconds() -> i64 {
    unskewed() + SKEW.try_with(|skew| *skew).unwrap_or(0)
}

/// Seconds since 1970, however wrong this request's clock is.
#[must_use]
pub fn unskewed() -> i64 {
    PRETENDED
        .get()
        .unwrap_or_else(|| Timestamp::now().as_second())
}

/// Shows that time in this thread from now on, or the system's again.
pub fn pretend(seconds: Option<i64>) {
    PRETENDED.set(seconds);
}

/// RFC 3339 in UTC, to the second.
#[must_use]
pub fn rfc3339(seconds: i64) -> String {
    format("%Y-%m-%dT%H:%M:%SZ", seconds)
}

/// `YYYYMMDD`, for the card's check of validity.
#[must_use]
pub fn card_date(seconds: i64) -> String {
    format("%Y%m%d", seconds)
}

/// `YYMMDDhhmmssZ`, as in certificates.
#[must_use]
pub fn utc_time(seconds: i64) -> String {
    format("%y%m%d%H%M%SZ", seconds)
}

/// `YYYYMMDDhhmmssZ`, as in OCSP and time stamps.
#[must_use]
pub fn generalized_time(seconds: i64) -> String {
    format("%Y%m%d%H%M%SZ", seconds)
}

/// Seconds since 1970 of a time as [`generalized_time`] writes it.
#[must_use]
pub fn from_generalized_time(text: &str) -> Option<i64> {
    let time = jiff::civil::DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    let time = jiff::tz::Offset::UTC.to_timestamp(time).ok()?;
    Some(time.as_second())
}

fn format(pattern: &str, seconds: i64) -> String {
    // Out of range only thousands of years from now.
    let moment = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    moment.strftime(pattern).to_string()
}
