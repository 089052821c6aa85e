//! A small writer of DER (ITU-T X.690): just the types that certificates and data groups need.

/// One TLV with a `tag` of one or two octets (as a big-endian number) and the shortest length.
#[must_use]
pub fn tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    let [high, low] = tag.to_be_bytes();
    let mut out = if high == 0 {
        vec![low]
    } else {
        vec![high, low]
    };
    if value.len() < 0x80 {
        // Below 128 by the condition, so nothing is cut off.
        out.push(value.len() as u8);
    } else {
        let octets = value.len().to_be_bytes();
        let significant: Vec<u8> = octets.into_iter().skip_while(|octet| *octet == 0).collect();
        out.push(0x80 | significant.len() as u8);
        out.extend_from_slice(&significant);
    }
    out.extend_from_slice(value);
    out
}

/// One TLV around the concatenation of `parts`.
#[must_use]
pub fn nest(tag: u16, parts: &[&[u8]]) -> Vec<u8> {
    tlv(tag, &parts.concat())
}

/// SEQUENCE of `parts`.
#[must_use]
pub fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    nest(0x30, parts)
}

/// OBJECT IDENTIFIER from its content octets.
#[must_use]
pub fn oid(content: &[u8]) -> Vec<u8> {
    tlv(0x06, content)
}

/// Content octets of an OBJECT IDENTIFIER from its numbers.
///
/// The first two numbers must be those of a real identifier (0..=2 and 0..=39).
#[must_use]
pub fn oid_content(numbers: &[u32]) -> Vec<u8> {
    let mut out = Vec::new();
    let (first, rest) = match numbers {
        [first, second, rest @ ..] => (first * 40 + second, rest),
        _ => return out,
    };
    for number in std::iter::once(&first).chain(rest) {
        let mut groups = vec![(number & 0x7F) as u8];
        let mut left = number >> 7;
        while left > 0 {
            groups.push(0x80 | (left & 0x7F) as u8);
            left >>= 7;
        }
        out.extend(groups.iter().rev());
    }
    out
}

/// AlgorithmIdentifier with NULL parameters.
#[must_use]
pub fn algorithm(oid_value: &[u8]) -> Vec<u8> {
    sequence(&[&oid(oid_value), &[0x05, 0x00]])
}

/// Non-negative INTEGER from big-endian octets.
#[must_use]
pub fn integer(big_endian: &[u8]) -> Vec<u8> {
    let mut value: Vec<u8> = big_endian
        .iter()
        .copied()
        .skip_while(|octet| *octet == 0)
        .collect();
    if value.first().is_none_or(|octet| octet & 0x80 != 0) {
        value.insert(0, 0);
    }
    tlv(0x02, &value)
}

/// BIT STRING without unused bits.
#[must_use]
pub fn bit_string(value: &[u8]) -> Vec<u8> {
    nest(0x03, &[&[0], value])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_the_shortest() {
        assert_eq!(tlv(4, &[]), [4, 0]);
        assert_eq!(tlv(4, &[7; 127])[..2], [4, 127]);
        assert_eq!(tlv(4, &[7; 128])[..3], [4, 0x81, 128]);
        assert_eq!(tlv(4, &[7; 256])[..4], [4, 0x82, 1, 0]);
        assert_eq!(tlv(0x5F20, &[7]), [0x5F, 0x20, 1, 7]);
    }

    #[test]
    fn identifiers_match_the_digest() {
        let belt_hash = oid_content(&[1, 2, 112, 0, 2, 0, 34, 101, 31, 81]);
        assert_eq!(hex::encode_upper(belt_hash), "2A7000020022651F51");
        assert_eq!(oid_content(&[1, 2, 840]), [0x2A, 0x86, 0x48]);
    }

    #[test]
    fn integers_stay_positive() {
        assert_eq!(integer(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[0]), [2, 1, 0]);
        assert_eq!(integer(&[1, 0]), [2, 2, 1, 0]);
    }
}
