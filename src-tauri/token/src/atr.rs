//! What an answer to reset tells of the card.

/// Whether the card says that it takes extended Lc and Le: bit 7 of the third software function
/// octet in the card capabilities (ISO/IEC 7816-4, tag 7X of the historical octets). `None` when it
/// says nothing.
pub(crate) fn extended_lengths(atr: &[u8]) -> Option<bool> {
    let mut objects = historical(atr)?;
    // Category 00 ends with a status indicator of three octets, category 80 has it as an object.
    let (category, rest) = objects.split_first()?;
    objects = match category {
        0x00 => rest.get(..rest.len().checked_sub(3)?)?,
        0x80 => rest,
        _ => return None,
    };
    while let Some((head, rest)) = objects.split_first() {
        let (value, rest) = rest.split_at_checked(usize::from(head & 0x0F))?;
        if head >> 4 == 7 {
            return value.get(2).map(|functions| functions & 0x40 != 0);
        }
        objects = rest;
    }
    None
}

/// The historical octets (ISO/IEC 7816-3, clause 8.2).
fn historical(atr: &[u8]) -> Option<&[u8]> {
    let format = *atr.get(1)?;
    let length = usize::from(format & 0x0F);
    let mut at = 2;
    let mut present = format >> 4;
    loop {
        // TA, TB and TC are skipped; TD names the next four.
        at += (present & 0b0111).count_ones() as usize;
        if present & 0b1000 == 0 {
            break;
        }
        present = *atr.get(at)? >> 4;
        at += 1;
    }
    atr.get(at..at + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_are_found() {
        // T=1, category 80, capabilities of three octets.
        let yes = [0x3B, 0x85, 0x01, 0x80, 0x73, 0xC8, 0x01, 0x40, 0x00];
        assert_eq!(extended_lengths(&yes), Some(true));
        let no = [0x3B, 0x85, 0x01, 0x80, 0x73, 0xC8, 0x01, 0x00, 0x00];
        assert_eq!(extended_lengths(&no), Some(false));
        // Another object before, interface octets TD1 TD2 TA3 TB3.
        let other = [
            0x3B, 0x88, 0x80, 0x31, 0xFE, 0x45, 0x80, 0x31, 0xC0, 0x73, 0xF7, 0x41, 0x40, 0x00,
        ];
        assert_eq!(extended_lengths(&other), Some(true));
    }

    #[test]
    fn silence_and_nonsense_say_nothing() {
        assert_eq!(extended_lengths(&[]), None);
        assert_eq!(extended_lengths(&[0x3B]), None);
        assert_eq!(extended_lengths(&[0x3B, 0x00]), None);
        assert_eq!(extended_lengths(&[0x3B, 0x8F, 0x80, 0x01]), None);
        assert_eq!(extended_lengths(&[0x3B, 0x03, 0x80, 0x7F, 0x00]), None);
        assert_eq!(extended_lengths(&[0x3B, 0x02, 0x00, 0x73]), None);
    }
}
