//! Codes on paper: their texts, and pictures in which they are looked for.

use kabinet_paper::{codes, codes_in, signature};

/// Pixels of a picture that is decoded here; what large ones cost is no question of the parser.
const MOST_PIXELS: usize = 1 << 20;

/// Texts, one a line.
pub(crate) fn paper_codes(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    let lines: Vec<&str> = text.lines().collect();
    if let Ok(found) = signature(&lines) {
        assert!(found.len() <= 256 * 1024);
        if let Some(again) = codes(&found) {
            assert_eq!(signature(&again).unwrap(), found);
        }
    }
}

/// A scan or photo.
pub(crate) fn paper_picture(octets: &[u8]) {
    if is_large(octets) {
        return;
    }
    if let Ok(texts) = codes_in(octets) {
        assert!(texts.iter().all(|text| text.starts_with("KABINET:")));
        let _ = signature(&texts);
    }
}

/// By the head of a PNG, or any frame of a JPEG.
fn is_large(octets: &[u8]) -> bool {
    let number = |octets: &[u8]| {
        let fold = |sum: usize, octet: &u8| sum << 8 | usize::from(*octet);
        octets.iter().fold(0, fold)
    };
    if octets.starts_with(&[0xFF, 0xD8]) {
        return octets.windows(9).any(|head| {
            let is_frame = head[0] == 0xFF && (0xC0..=0xCF).contains(&head[1]);
            is_frame && number(&head[5..7]) * number(&head[7..9]) > MOST_PIXELS
        });
    }
    let sides = octets.get(16..20).zip(octets.get(20..24));
    sides.is_some_and(|(width, height)| number(width) * number(height) > MOST_PIXELS)
}
