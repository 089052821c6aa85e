//! Distinguished Encoding Rules, nothing looser: a check of a whole object before its parts are
//! looked at, and small readers for those parts.

use kabinet_stb::tlv::{self, Tlv, TlvError};

/// Levels of nesting that a certificate or a signer's part may have; real ones have about ten.
const MAX_DEPTH: usize = 24;

pub(crate) const BOOLEAN: u32 = 0x01;
pub(crate) const INTEGER: u32 = 0x02;
pub(crate) const BIT_STRING: u32 = 0x03;
pub(crate) const OCTET_STRING: u32 = 0x04;
pub(crate) const NULL: u32 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u32 = 0x06;
pub(crate) const SEQUENCE: u32 = 0x30;
pub(crate) const SET: u32 = 0x31;

/// What keeps octets from being the DER that was expected, in a few words for a log.
pub(crate) type Fault = &'static str;

/// Faults of octets that may well be what was expected, and are not read here all the same: written by
/// the looser rules of BER (ITU-T X.690, clause 8), or longer, deeper or with more members than the
/// bounds of this program.
pub(crate) mod unread {
    use super::Fault;

    /// The end is marked instead (clause 8.1.3.6).
    pub(crate) const INDEFINITE: Fault = "a length is indefinite";
    /// More octets of length than are needed (clause 8.1.3.5).
    pub(crate) const LOOSE_LENGTH: Fault = "a length is not in its shortest form";
    /// A constructed string (clauses 8.6.4 and 8.7.3).
    pub(crate) const IN_PIECES: Fault = "a string is in pieces";
    /// Only DER puts a SET OF in order (clause 11.6).
    pub(crate) const UNSORTED: Fault = "a SET is out of order";
    pub(crate) const TOO_MANY: Fault = "a list is too long";
    pub(crate) const TOO_DEEP: Fault = "nested too deep";
    pub(crate) const TOO_LONG: Fault = "a part is too long";
    pub(crate) const STAMP_TOO_LONG: Fault = "the time stamp is too long";

    const ALL: [Fault; 8] = [
        INDEFINITE,
        LOOSE_LENGTH,
        IN_PIECES,
        UNSORTED,
        TOO_MANY,
        TOO_DEEP,
        TOO_LONG,
        STAMP_TOO_LONG,
    ];

    /// Whether the fault is of this kind: it says nothing against the octets.
    pub(crate) fn is(fault: Fault) -> bool {
        ALL.contains(&fault)
    }
}

/// Checks that `octets` are objects in DER down to the last level: definite shortest lengths,
/// strings in one piece, numbers without padding, sets in order, bounded depth.
pub(crate) fn check(octets: &[u8]) -> Result<(), Fault> {
    check_level(octets, MAX_DEPTH)
}

fn check_level(mut octets: &[u8], depth: usize) -> Result<(), Fault> {
    let depth = depth.checked_sub(1).ok_or(unread::TOO_DEEP)?;
    while !octets.is_empty() {
        let (object, rest) = read(octets)?;
        if object.tag & 0xC0 == 0 {
            check_universal(&object)?;
        }
        if object.tag & 0x20 != 0 {
            check_level(object.value, depth)?;
        }
        octets = rest;
    }
    Ok(())
}

fn check_universal(object: &Tlv<'_>) -> Result<(), Fault> {
    let value = object.value;
    match object.tag {
        BOOLEAN => matches!(value, [0x00] | [0xFF])
            .then_some(())
            .ok_or("a BOOLEAN is neither 00 nor FF"),
        INTEGER | 0x0A => check_integer(value),
        BIT_STRING => check_bit_string(value),
        NULL => value.is_empty().then_some(()).ok_or("a NULL is not empty"),
        OBJECT_IDENTIFIER | 0x0D => check_identifier(value),
        SEQUENCE => Ok(()),
        SET => check_order(value),
        0x00 | 0x10 | 0x11 => Err("a tag is not of DER"),
        tag if tag & 0x20 != 0 => Err(unread::IN_PIECES),
        _ => Ok(()),
    }
}

fn check_integer(value: &[u8]) -> Result<(), Fault> {
    match value {
        [] => Err("an INTEGER is empty"),
        [0x00, next, ..] if next & 0x80 == 0 => Err("an INTEGER is padded"),
        [0xFF, next, ..] if next & 0x80 != 0 => Err("an INTEGER is padded"),
        _ => Ok(()),
    }
}

fn check_bit_string(value: &[u8]) -> Result<(), Fault> {
    let (&unused, bits) = value.split_first().ok_or("a BIT STRING is empty")?;
    let last = bits.last().copied().unwrap_or_default();
    if unused > 7 || (bits.is_empty() && unused != 0) || last & ((1 << unused) - 1) != 0 {
        return Err("the unused bits of a BIT STRING are wrong");
    }
    Ok(())
}

fn check_identifier(value: &[u8]) -> Result<(), Fault> {
    let whole = value.last().is_some_and(|octet| octet & 0x80 == 0);
    let padded = value.first() == Some(&0x80)
        || value
            .windows(2)
            .any(|pair| matches!(pair, [end, 0x80] if end & 0x80 == 0));
    if whole && !padded && value.len() <= 64 {
        Ok(())
    } else {
        Err("an OBJECT IDENTIFIER is malformed")
    }
}

/// Members of a SET OF go in ascending order of their encodings.
pub(crate) fn check_order(members: &[u8]) -> Result<(), Fault> {
    let mut fields = Fields::new(members);
    let mut last: &[u8] = &[];
    while let Some(member) = fields.next()? {
        if member.raw < last {
            return Err(unread::UNSORTED);
        }
        last = member.raw;
    }
    Ok(())
}

/// Reads the object that `octets` begin with, and gives it with what follows.
pub(crate) fn read(octets: &[u8]) -> Result<(Tlv<'_>, &[u8]), Fault> {
    let (object, rest) = tlv::read(octets).map_err(|error| why(octets, error))?;
    if object.tag > 0xFF {
        return Err("a tag has several octets");
    }
    Ok((object, rest))
}

/// What is wrong with the object that `octets` begin with.
fn why(octets: &[u8], error: TlvError) -> Fault {
    const NOT_DER: Fault = "a tag, a length or a value is not of DER";
    const LONG_TAG: u8 = 0x1F;
    if error != TlvError::Malformed {
        return NOT_DER;
    }
    match octets {
        [tag, ..] if tag & LONG_TAG == LONG_TAG => NOT_DER,
        [_, 0x80, ..] => unread::INDEFINITE,
        [_, 0x81, 0..=0x7F, ..] | [_, 0x82..=0x88, 0, ..] => unread::LOOSE_LENGTH,
        _ => NOT_DER,
    }
}

/// Reads the one object with this tag that fills `octets`, and gives its value.
pub(crate) fn only(tag: u32, octets: &[u8]) -> Result<&[u8], Fault> {
    let mut fields = Fields::new(octets);
    let object = fields.take(tag)?;
    fields.end()?;
    Ok(object.value)
}

/// The objects that follow each other in `octets`, if they are not more than `most`.
pub(crate) fn children(octets: &[u8], most: usize) -> Result<Vec<Tlv<'_>>, Fault> {
    let mut fields = Fields::new(octets);
    let mut members = Vec::new();
    while let Some(member) = fields.next()? {
        if members.len() == most {
            return Err(unread::TOO_MANY);
        }
        members.push(member);
    }
    Ok(members)
}

/// The fields of a SEQUENCE, taken one after another.
pub(crate) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(crate) fn new(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// The next field, whatever it is; none at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Tlv<'a>>, Fault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let (object, rest) = read(self.0)?;
        self.0 = rest;
        Ok(Some(object))
    }

    /// The next field, which must have this tag.
    pub(crate) fn take(&mut self, tag: u32) -> Result<Tlv<'a>, Fault> {
        self.optional(tag)?.ok_or("a field is missing or another")
    }

    /// The next field when it has this tag.
    pub(crate) fn optional(&mut self, tag: u32) -> Result<Option<Tlv<'a>>, Fault> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let (object, rest) = read(self.0)?;
        if object.tag != tag {
            return Ok(None);
        }
        self.0 = rest;
        Ok(Some(object))
    }

    /// Refuses fields that nobody took.
    pub(crate) fn end(self) -> Result<(), Fault> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err("there is more than the type has")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(hex_octets: &str) -> bool {
        check(&hex::decode(hex_octets).unwrap()).is_err()
    }

    #[test]
    fn der_is_taken() {
        for good in [
            "",
            "0500",
            "020100",
            "02020080",
            "0101FF",
            "03020780",
            "060355040A",
            "3100",
            "3106020101020102",
            "30050403010203",
            "A003020100",
        ] {
            assert!(!faults(good), "{good}");
        }
    }

    #[test]
    fn looser_rules_are_refused() {
        for bad in [
            "3080",
            "30800000",
            "308100",
            "048101AA",
            "240304010A",
            "010101",
            "02020001",
            "0202FF80",
            "0200",
            "0300",
            "030108",
            "03020701",
            "05 01 00",
            "06028001",
            "060180",
            "0600",
            "3106020102020101",
            "0000",
            "1000",
            "1100",
            "3F2000",
            "3003020100FF",
            "30",
            "3084000000010A",
        ] {
            assert!(faults(&bad.replace(' ', "")), "{bad}");
        }
    }

    #[test]
    fn what_is_only_not_read_is_told_from_what_is_malformed() {
        for (octets, is_unread) in [
            ("3080", true),
            ("30800000", true),
            ("308100", true),
            ("3082000A", true),
            ("240304010A", true),
            ("3106020102020101", true),
            ("3005", false),
            ("0300", false),
            ("02020001", false),
            ("3F80", false),
            ("30FF", false),
        ] {
            let fault = check(&hex::decode(octets).unwrap()).unwrap_err();
            assert_eq!(unread::is(fault), is_unread, "{octets}: {fault}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested =
            |levels: usize| (0..levels).fold(Vec::new(), |inner, _| tlv::encode(0x30, &inner));
        assert!(check(&nested(MAX_DEPTH - 1)).is_ok());
        assert!(check(&nested(MAX_DEPTH + 1)).is_err());
        assert!(check(&nested(5000)).is_err());
    }
}
