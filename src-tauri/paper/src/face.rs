//! The letters: two weights of one typeface, which are embedded as far as they are used.

use icu_normalizer::ComposingNormalizerBorrowed;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider as _};

const REGULAR: &[u8] = include_bytes!("../fonts/Roboto-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../fonts/Roboto-Bold.ttf");

/// A weight of the typeface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    Bold,
}

/// The letters of one weight.
pub(crate) struct Face {
    font: Font,
    reference: FontRef<'static>,
}

impl Face {
    /// `None` in practice never: the letters are part of the program.
    pub(crate) fn of(weight: Weight) -> Option<Self> {
        let octets = match weight {
            Weight::Regular => REGULAR,
            Weight::Bold => BOLD,
        };
        Some(Self {
            font: Font::new(octets.into(), 0)?,
            reference: FontRef::new(octets).ok()?,
        })
    }

    pub(crate) fn font(&self) -> Font {
        self.font.clone()
    }

    /// The text in letters that there are. A sign that has no letter is written out as `[U+4E00]`, so
    /// that nothing is left out silently.
    pub(crate) fn readable(&self, text: &str) -> String {
        let composed = ComposingNormalizerBorrowed::new_nfc().normalize(text);
        let mut readable = String::with_capacity(composed.len());
        for sign in composed.chars() {
            match sign {
                '\n' => readable.push('\n'),
                '\t' => readable.push(' '),
                // Some file systems and forms use the kinds of space that only typesetters tell apart.
                '\u{202F}' | '\u{2009}' => readable.push('\u{A0}'),
                _ if self.letter(sign).is_some() => readable.push(sign),
                _ => readable.push_str(&format!("[U+{:04X}]", u32::from(sign))),
            }
        }
        readable
    }

    /// How wide a text is at a size, in the unit of the size.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars()
            .filter_map(|sign| self.letter(sign))
            .map(|(_, advance)| advance)
            .sum::<f32>()
            * size
    }

    /// The letters of a text that is [`Face::readable`].
    pub(crate) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let places = text.char_indices();
        places
            .filter_map(|(at, sign)| {
                let (glyph_id, x_advance) = self.letter(sign)?;
                Some(KrillaGlyph {
                    glyph_id,
                    text_range: at..at + sign.len_utf8(),
                    x_advance,
                    x_offset: 0.0,
                    y_offset: 0.0,
                    y_advance: 0.0,
                    location: None,
                })
            })
            .collect()
    }

    /// The text in lines that are not wider than `width`: broken at spaces, and within a word only
    /// when the word alone is too wide.
    pub(crate) fn lines(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let readable = self.readable(text);
        readable
            .lines()
            .flat_map(|line| self.broken(line, size, width))
            .collect()
    }

    fn broken(&self, line: &str, size: f32, width: f32) -> Vec<String> {
        let mut lines = vec![String::new()];
        for word in line.split(' ').filter(|word| !word.is_empty()) {
            let Some(last) = lines.last_mut() else {
                break;
            };
            let gap = if last.is_empty() { "" } else { " " };
            let longer = format!("{last}{gap}{word}");
            if self.width(&longer, size) <= width {
                *last = longer;
                continue;
            }
            let mut pieces = self.pieces(word, size, width);
            if last.is_empty() && !pieces.is_empty() {
                *last = pieces.remove(0);
            }
            lines.extend(pieces);
        }
        lines
    }

    /// A word in pieces that fit.
    fn pieces(&self, word: &str, size: f32, width: f32) -> Vec<String> {
        let mut pieces = vec![String::new()];
        let mut filled = 0.0;
        for sign in word.chars() {
            let advance = self.letter(sign).map_or(0.0, |(_, advance)| advance * size);
            if filled + advance > width && filled > 0.0 {
                pieces.push(String::new());
                filled = 0.0;
            }
            filled += advance;
            if let Some(piece) = pieces.last_mut() {
                piece.push(sign);
            }
        }
        pieces
    }

    /// A letter and its width at size 1.
    fn letter(&self, sign: char) -> Option<(GlyphId, f32)> {
        let glyph = self.reference.charmap().map(sign)?;
        let metrics = self
            .reference
            .glyph_metrics(Size::new(1.0), LocationRef::default());
        let advance = metrics.advance_width(glyph)?;
        (glyph.to_u32() != 0).then(|| (GlyphId::new(glyph.to_u32()), advance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_of_the_three_languages_is_there() {
        let belarusian = "абвгдеёжзійклмнопрстуўфхцчшыьэюяґ’ʼ";
        let russian = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя";
        let signs =
            "abcdefghijklmnopqrstuvwxyz 0123456789 «»“”„—–-−№§°€₽.,:;!?()[]/\\|@#%&*+=<>_'\"…·×ł";
        for weight in [Weight::Regular, Weight::Bold] {
            let face = Face::of(weight).unwrap();
            for text in [belarusian, russian, signs] {
                assert_eq!(face.readable(text), text);
                let upper = text.to_uppercase();
                assert_eq!(face.readable(&upper), upper);
            }
        }
    }

    #[test]
    fn what_has_no_letter_is_written_out() {
        let face = Face::of(Weight::Regular).unwrap();
        assert_eq!(
            face.readable("李\u{202E}x\u{7}"),
            "[U+674E][U+202E]x[U+0007]"
        );
        // As macOS names files.
        assert_eq!(face.readable("и\u{306} у\u{306} е\u{308}"), "й ў ё");
        assert_eq!(face.readable("10\u{202F}000\tр"), "10\u{A0}000 р");
    }

    #[test]
    fn lines_fit_and_lose_nothing() {
        let face = Face::of(Weight::Regular).unwrap();
        let text = "Выдача даведкі аб месцы працы, службы і займаемай пасадзе\n0123456789abcdef0123456789abcdef0123456789abcdef\n\nканец";
        let lines = face.lines(text, 10.0, 100.0);
        assert!(
            lines.iter().all(|line| face.width(line, 10.0) <= 100.0),
            "{lines:?}"
        );
        let without_spaces = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(without_spaces(&lines.concat()), without_spaces(text));
        assert!(lines.contains(&String::new()));
        assert_eq!(lines.last().map(String::as_str), Some("канец"));
        assert!(face.lines("", 10.0, 100.0).is_empty());
        // Too narrow for any letter, it still ends.
        assert_eq!(face.lines("абв", 10.0, 1.0), ["а", "б", "в"]);
    }
}
