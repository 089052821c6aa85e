//! Data objects: tag, length, value, in DER (STB 34.101.79 takes the length's shortest form).

/// What is wrong with a data object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    /// The octets end before the object does.
    #[error("the data object is cut off")]
    Short,
    /// The tag or the length is not in its shortest form, or is too long.
    #[error("the data object's tag or length is malformed")]
    Malformed,
    /// Another object was expected here.
    #[error("another data object was expected")]
    Unexpected,
}

/// A data object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag's octets as a big-endian number: `0x87`, `0x7F21`, `0x5F20`.
    pub tag: u32,
    /// The value.
    pub value: &'a [u8],
    /// The whole object.
    pub raw: &'a [u8],
}

/// Reads the object that `octets` begin with and gives it with what follows.
///
/// # Errors
/// [`TlvError::Short`], [`TlvError::Malformed`]. Tags of up to three octets and lengths below 2^24
/// are read.
pub fn read(octets: &[u8]) -> Result<(Tlv<'_>, &[u8]), TlvError> {
    let (tag, after_tag) = read_tag(octets)?;
    let (length, after_length) = read_length(after_tag)?;
    let (value, rest) = after_length
        .split_at_checked(length)
        .ok_or(TlvError::Short)?;
    let raw = octets
        .get(..octets.len() - rest.len())
        .ok_or(TlvError::Short)?;
    Ok((Tlv { tag, value, raw }, rest))
}

/// Reads one object that fills `octets` and has this tag; gives its value.
///
/// # Errors
/// As [`read`]; [`TlvError::Unexpected`] for another tag, [`TlvError::Malformed`] for octets after
/// the object.
pub fn read_only(tag: u32, octets: &[u8]) -> Result<&[u8], TlvError> {
    let (tlv, rest) = read(octets)?;
    if tlv.tag != tag {
        return Err(TlvError::Unexpected);
    }
    if rest.is_empty() {
        Ok(tlv.value)
    } else {
        Err(TlvError::Malformed)
    }
}

/// Reads the objects that follow each other in `octets`.
///
/// # Errors
/// As [`read`].
pub fn children(mut octets: &[u8]) -> Result<Vec<Tlv<'_>>, TlvError> {
    let mut objects = Vec::new();
    while !octets.is_empty() {
        let (tlv, rest) = read(octets)?;
        objects.push(tlv);
        octets = rest;
    }
    Ok(objects)
}

/// Length of the whole object (tag, length and value) that `octets` begin with, as soon as the
/// length's octets are there; the value may still be missing. With it a file is read to its end.
///
/// # Errors
/// [`TlvError::Short`] when even the length is cut off, [`TlvError::Malformed`].
pub fn whole_length(octets: &[u8]) -> Result<usize, TlvError> {
    let (_, after_tag) = read_tag(octets)?;
    let (length, after_length) = read_length(after_tag)?;
    Ok(octets.len() - after_length.len() + length)
}

/// Writes an object.
///
/// # Panics
/// When the value is 2^24 octets or longer.
#[must_use]
pub fn encode(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut octets = Vec::with_capacity(value.len() + 8);
    let tag = tag.to_be_bytes();
    octets.extend(tag.iter().skip_while(|octet| **octet == 0));
    let length = value.len();
    assert!(length < 1 << 24, "a data object of {length} octets");
    match length {
        0..=0x7F => octets.push(length as u8),
        0x80..=0xFF => octets.extend_from_slice(&[0x81, length as u8]),
        0x100..=0xFFFF => {
            octets.push(0x82);
            octets.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            octets.push(0x83);
            octets.extend((length as u32).to_be_bytes().into_iter().skip(1));
        }
    }
    octets.extend_from_slice(value);
    octets
}

fn read_tag(octets: &[u8]) -> Result<(u32, &[u8]), TlvError> {
    let (&first, mut rest) = octets.split_first().ok_or(TlvError::Short)?;
    // Zero is no tag: it ends contents of indefinite length, which DER does not have.
    if first == 0 {
        return Err(TlvError::Malformed);
    }
    let mut tag = u32::from(first);
    if first & 0x1F == 0x1F {
        for index in 0.. {
            let (&octet, after) = rest.split_first().ok_or(TlvError::Short)?;
            if index == 2 || (index == 0 && octet & 0x7F == 0) {
                return Err(TlvError::Malformed);
            }
            tag = tag << 8 | u32::from(octet);
            rest = after;
            if octet & 0x80 == 0 {
                break;
            }
        }
    }
    Ok((tag, rest))
}

fn read_length(octets: &[u8]) -> Result<(usize, &[u8]), TlvError> {
    let (&first, rest) = octets.split_first().ok_or(TlvError::Short)?;
    match first {
        0..=0x7F => Ok((usize::from(first), rest)),
        0x81..=0x83 => {
            let (digits, rest) = rest
                .split_at_checked(usize::from(first & 0x0F))
                .ok_or(TlvError::Short)?;
            let length = digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit));
            let shortest = match first {
                0x81 => length > 0x7F,
                0x82 => length > 0xFF,
                _ => length > 0xFFFF,
            };
            if shortest {
                Ok((length, rest))
            } else {
                Err(TlvError::Malformed)
            }
        }
        _ => Err(TlvError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_every_length_are_written_and_read() {
        for length in [0, 1, 127, 128, 255, 256, 65_535, 65_536] {
            for tag in [0x04, 0x87, 0x5F20, 0x7F21, 0x7F4C] {
                let octets = encode(tag, &vec![1; length]);
                let (tlv, rest) = read(&octets).unwrap();
                assert_eq!((tlv.tag, tlv.value.len(), rest.len()), (tag, length, 0));
                assert_eq!(
                    whole_length(octets.get(..8).unwrap_or(&octets)),
                    Ok(octets.len())
                );
            }
        }
    }

    #[test]
    fn other_forms_are_refused() {
        let refusal = |octets: &[u8]| read(octets).err();
        assert_eq!(refusal(&[]), Some(TlvError::Short));
        assert_eq!(refusal(&[0x04]), Some(TlvError::Short));
        assert_eq!(refusal(&[0x04, 2, 1]), Some(TlvError::Short));
        assert_eq!(
            refusal(&[0x04, 0x81, 5, 1, 1, 1, 1, 1]),
            Some(TlvError::Malformed)
        );
        assert_eq!(refusal(&[0x04, 0x80, 0, 0]), Some(TlvError::Malformed));
        assert_eq!(refusal(&[0, 0]), Some(TlvError::Malformed));
        assert_eq!(
            refusal(&[0x1F, 0x81, 0x82, 0x01, 0]),
            Some(TlvError::Malformed)
        );
        assert_eq!(read_only(0x80, &[0x81, 0]), Err(TlvError::Unexpected));
        assert_eq!(read_only(0x80, &[0x80, 0, 0]), Err(TlvError::Malformed));
    }
}
