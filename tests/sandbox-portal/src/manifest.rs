//! The manifest as the sandbox reads it: RFC 8785 canonical JSON, checked octet by octet.

use std::fmt::Write as _;

use jiff::Timestamp;
use kabinet_records::Attachment;
use serde_json::Value;
use uuid::Uuid;

/// What the portal needs from a manifest.
pub struct Manifest {
    /// The application's identifier.
    pub application: Uuid,
    /// Identifier of the procedure.
    pub procedure: String,
    /// Version of the procedure's form.
    pub version: u64,
    /// The applicant's personal number, when it is given.
    pub personal_number: Option<String>,
    /// The form's data.
    pub data: Value,
    /// The files that belong to it.
    pub attachments: Vec<Attachment>,
    /// When it was made.
    pub created: Timestamp,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(octets: &[u8]) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_slice(octets).map_err(|_| "not JSON")?;
        if canonical(&value).as_bytes() != octets {
            return Err("not canonical");
        }
        if value["type"] != "kabinet-application" || value["version"] != 1 {
            return Err("unknown type or version");
        }
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let applicant = value["applicant"].as_object().ok_or("no applicant")?;
        let personal_number = match applicant.get("personalNumber") {
            None | Some(Value::Null) => None,
            Some(number) => Some(text(number).ok_or("personalNumber is not text")?),
        };
        let created = value["created"].as_str().ok_or("no created")?;
        let created = created.parse().map_err(|_| "created is not a time")?;
        let attachments = files(&value)?;
        Ok(Self {
            application: value["application"]
                .as_str()
                .and_then(|text| Uuid::parse_str(text).ok())
                .ok_or("no application")?,
            procedure: text(&value["procedure"]["id"]).ok_or("no procedure")?,
            version: value["procedure"]["version"]
                .as_u64()
                .ok_or("no version of the procedure")?,
            personal_number,
            data: value["data"].clone(),
            attachments,
            created,
        })
    }
}

/// What the portal needs from a letter.
pub struct Letter {
    /// Whether it takes the application back.
    pub withdraws: bool,
    /// The message's identifier.
    pub message: Uuid,
    /// The application that it is about.
    pub application: Uuid,
    /// The message that it answers.
    pub in_reply_to: Option<Uuid>,
    /// Name of the writer.
    pub author: String,
    /// What it says.
    pub text: String,
    /// The files that belong to it.
    pub attachments: Vec<Attachment>,
}

impl Letter {
    /// Reads a letter.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(octets: &[u8]) -> Result<Self, &'static str> {
        let value: Value = serde_json::from_slice(octets).map_err(|_| "not JSON")?;
        if canonical(&value).as_bytes() != octets {
            return Err("not canonical");
        }
        let withdraws = match value["type"].as_str() {
            Some("kabinet-reply") => false,
            Some("kabinet-withdrawal") => true,
            _ => return Err("unknown type"),
        };
        if value["version"] != 1 {
            return Err("unknown version");
        }
        let id = |name: &str| {
            let text = value[name].as_str();
            text.and_then(|text| Uuid::parse_str(text).ok())
        };
        let created = value["created"].as_str().ok_or("no created")?;
        if created.parse::<jiff::Timestamp>().is_err() {
            return Err("created is not a time");
        }
        let attachments = files(&value)?;
        let text = value["text"].as_str().ok_or("no text")?.to_owned();
        if !withdraws && text.trim().is_empty() && attachments.is_empty() {
            return Err("nothing is said");
        }
        let names = value["applicant"]["name"]
            .as_object()
            .ok_or("no applicant")?;
        let author = ["be", "ru", "latin"]
            .into_iter()
            .find_map(|language| names.get(language)?.as_str());
        Ok(Self {
            withdraws,
            message: id("message").ok_or("no message")?,
            application: id("application").ok_or("no application")?,
            in_reply_to: id("inReplyTo"),
            author: author.unwrap_or_default().to_owned(),
            text,
            attachments,
        })
    }
}

/// The files of a manifest or a letter.
fn files(value: &Value) -> Result<Vec<Attachment>, &'static str> {
    let files: Vec<Attachment> =
        serde_json::from_value(value["attachments"].clone()).map_err(|_| "no attachments")?;
    if files.is_sorted_by(|one, next| one.hash < next.hash) {
        Ok(files)
    } else {
        Err("the attachments are not in the order of their hashes")
    }
}

/// RFC 8785 form of a value.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            let mut names: Vec<&String> = object.keys().collect();
            // Section 3.2.3: by UTF-16 code units.
            names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
            out.push('{');
            for (index, name) in names.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                // Strings are escaped as section 3.2.2.2 wants.
                let _ = write!(out, "{}:", Value::from(name.as_str()));
                write(&object[name], out);
            }
            out.push('}');
        }
        Value::Array(list) => {
            out.push('[');
            for (index, element) in list.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Value::Number(number) => match number.as_f64() {
            Some(number) => out.push_str(&ecmascript(number)),
            None => out.push_str("null"),
        },
        other => {
            let _ = write!(out, "{other}");
        }
    }
}

/// A number as ECMAScript writes it (section 3.2.2.3).
fn ecmascript(number: f64) -> String {
    if number == 0.0 {
        return "0".to_owned();
    }
    // Rust gives the shortest digits that read back the same, as ECMAScript does.
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let count = digits.len() as i32;
    let point = exponent.parse::<i32>().unwrap_or(0) + 1;
    let sign = if number < 0.0 { "-" } else { "" };
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
    let split = |at: i32| digits.split_at(usize::try_from(at).unwrap_or(0));
    let text = if count <= point && point <= 21 {
        format!("{digits}{}", zeros(point - count))
    } else if 0 < point && point <= 21 {
        let (whole, fraction) = split(point);
        format!("{whole}.{fraction}")
    } else if -6 < point && point <= 0 {
        format!("0.{}{digits}", zeros(-point))
    } else {
        let (first, rest) = split(1);
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{first}{dot}{rest}e{:+}", point - 1)
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_as_in_appendix_b_of_rfc_8785() {
        for (bits, text) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x7FEF_FFFF_FFFF_FFFF, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44B5_2D02_C7E1_4AF5, "9.999999999999997e+22"),
            (0x444B_1AE4_D6E2_EF50, "1e+21"),
            (0x3EB0_C6F7_A0B5_ED8D, "0.000001"),
            (0x3E45_798E_E230_8C3A, "1e-8"),
            (0x41B3_DE43_5555_5554, "333333333.33333325"),
        ] {
            assert_eq!(ecmascript(f64::from_bits(bits)), text);
        }
    }

    #[test]
    fn names_are_sorted_by_utf16() {
        let value =
            json!({ "\u{20ac}": 1, "\r": 2, "\u{1f600}": 3, "\u{fb33}": 4, "1": [true, null] });
        assert_eq!(
            canonical(&value),
            "{\"\\r\":2,\"1\":[true,null],\"\u{20ac}\":1,\"\u{1f600}\":3,\"\u{fb33}\":4}"
        );
    }

    #[test]
    fn refuses_what_is_not_canonical() {
        assert_eq!(Manifest::parse(b"{ }").err(), Some("not canonical"));
        assert_eq!(
            Manifest::parse(b"{\"a\":1,\"a\":1}").err(),
            Some("not canonical")
        );
        assert_eq!(
            Manifest::parse(b"{}").err(),
            Some("unknown type or version")
        );
    }
}
