//! Keywords beyond those of the standard (docs/forms.md): limits of dates and amounts, and what a
//! file may be.

use std::sync::Arc;

use jiff::Span;
use jiff::civil::Date;
use jsonschema::{Keyword, ValidationError};
use serde_json::{Map, Value};

use super::formats::{self, Format};
use crate::Attachment;

type Built<'a> = Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'a>>;

/// `formatMinimum` or `formatMaximum`: the least or greatest date or amount, itself allowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Least,
    Greatest,
}

/// The keyword over the texts of the format that stands beside it.
pub(super) fn limit<'a>(
    end: End,
    today: Date,
    parent: &'a Map<String, Value>,
    value: &'a Value,
) -> Built<'a> {
    let written = value.as_str().ok_or_else(malformed)?;
    let format = parent.get("format").and_then(Value::as_str);
    let (limit, shown) = match format.and_then(Format::named) {
        Some(Format::Date) => {
            let day = day(written, today).ok_or_else(malformed)?;
            let shown = if written == TODAY {
                TODAY.to_owned()
            } else {
                day.to_string()
            };
            (Limit::Day(day), shown)
        }
        Some(Format::Money) => {
            let amount = formats::hundredths(written).ok_or_else(malformed)?;
            (Limit::Amount(amount), written.to_owned())
        }
        _ => return Err(malformed()),
    };
    Ok(Box::new(Checked(move |text: &str| {
        let order = match limit {
            // What is not written as the format says is a matter of the format.
            Limit::Day(limit) => formats::date(text).map(|day| day.cmp(&limit)),
            Limit::Amount(limit) => formats::hundredths(text).map(|amount| amount.cmp(&limit)),
        };
        let beyond = match end {
            End::Least => order.is_some_and(std::cmp::Ordering::is_lt),
            End::Greatest => order.is_some_and(std::cmp::Ordering::is_gt),
        };
        (!beyond).then_some(()).ok_or_else(|| shown.clone())
    })))
}

/// `maxSize`: most octets of the file.
pub(super) fn max_size<'a>(files: &Arc<[Attachment]>, value: &'a Value) -> Built<'a> {
    let limit = value.as_u64().ok_or_else(malformed)?;
    Ok(file(
        files,
        move |file| file.size <= limit,
        limit.to_string(),
    ))
}

/// `contentMediaType` with one media type, or `accept` with a list of them.
pub(super) fn media_types<'a>(files: &Arc<[Attachment]>, value: &'a Value) -> Built<'a> {
    let list = match value {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let types: Option<Vec<String>> = list
        .iter()
        .map(|one| one.as_str().map(str::to_owned))
        .collect();
    let types = types.ok_or_else(malformed)?;
    let shown = types.join(" ");
    let allowed = move |file: &Attachment| types.contains(&file.media_type);
    Ok(file(files, allowed, shown))
}

/// A check of the file that a text names; a text that names none is a matter of the format.
fn file(
    files: &Arc<[Attachment]>,
    allowed: impl Fn(&Attachment) -> bool + Send + Sync + 'static,
    limit: String,
) -> Box<dyn for<'i> Keyword<'i>> {
    let files = Arc::clone(files);
    Box::new(Checked(move |text: &str| {
        let found = files.iter().find(|file| file.hash == text);
        match found.is_none_or(&allowed) {
            true => Ok(()),
            false => Err(limit.clone()),
        }
    }))
}

/// The day that a limit names: itself, or one counted from today by an ISO 8601 duration.
fn day(written: &str, today: Date) -> Option<Date> {
    let Some(distance) = written.strip_prefix(TODAY) else {
        return formats::date(written);
    };
    let span = |text: &str| -> Option<Span> {
        let sane = text.len() <= 16 && text.starts_with('P') && !text.contains('T');
        sane.then(|| text.parse().ok()).flatten()
    };
    match distance.chars().next() {
        None => Some(today),
        Some('+') => today.checked_add(span(distance.get(1..)?)?).ok(),
        Some('-') => today.checked_sub(span(distance.get(1..)?)?).ok(),
        Some(_) => None,
    }
}

/// How a limit names the day on which the form is checked.
const TODAY: &str = "today";

#[derive(Clone, Copy)]
enum Limit {
    Day(Date),
    Amount(u64),
}

/// A keyword over texts; what it allows not, it answers with its limit.
struct Checked<F>(F);

impl<'i, F> Keyword<'i> for Checked<F>
where
    F: Fn(&str) -> Result<(), String> + Send + Sync,
{
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        match instance.as_str().map(&self.0) {
            Some(Err(limit)) => Err(ValidationError::custom(limit)),
            _ => Ok(()),
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        instance.as_str().is_none_or(|text| (self.0)(text).is_ok())
    }
}

fn malformed() -> ValidationError<'static> {
    ValidationError::custom("malformed")
}
