//! Texts for the trusted prompt, in which nothing hides: a sign that has no shape of its own, or that
//! turns the order of others around, could make a person see something else than what is signed.

use crate::view::TextView;

/// The text with each such sign written out as `[U+202E]`. Lines stay lines.
pub(crate) fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for sign in text.chars() {
        if hides(sign) {
            seen.push_str(&format!("[U+{:04X}]", u32::from(sign)));
        } else {
            seen.push(sign);
        }
    }
    seen
}

/// [`visible`] in each language.
pub(crate) fn visible_text(text: impl Into<TextView>) -> TextView {
    let text = text.into();
    TextView {
        be: visible(&text.be),
        ru: visible(&text.ru),
        en: visible(&text.en),
    }
}

/// Controls, and what Unicode calls default ignorable or bidirectional formatting (UAX 9, UAX 44).
pub(crate) fn hides(sign: char) -> bool {
    (sign.is_control() && sign != '\n')
        || matches!(sign,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
            | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_hides_is_written_out() {
        assert_eq!(
            visible("10\u{202E}00\u{202C} BYN"),
            "10[U+202E]00[U+202C] BYN"
        );
        assert_eq!(visible("a\u{200B}b\u{0007}"), "a[U+200B]b[U+0007]");
        assert_eq!(visible("\u{E0041}"), "[U+E0041]");
    }

    #[test]
    fn ordinary_texts_stay() {
        let text = "Мінск, вул. Я. Коласа, д. 12\nкв. 3 — «дом», ґанак, O’Neil 李 ✓";
        assert_eq!(visible(text), text);
    }
}
