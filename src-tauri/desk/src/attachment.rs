//! What may be attached: a closed list of kinds, told by the content and never by the name alone;
//! names that are safe on every system; limits.

use kabinet_records::Attachment;

use crate::problem::{Code, Problem};
use crate::visible::hides;

/// Most octets of one file: 50 MiB.
pub(crate) const LARGEST: u64 = 50 * 1024 * 1024;
/// Most octets of all files of one draft: 100 MiB.
pub(crate) const LARGEST_TOGETHER: u64 = 100 * 1024 * 1024;
/// Most files of one draft.
pub(crate) const MOST: usize = 20;
/// Longest name, in characters; every system can write it, with room for a folder.
const LONGEST_NAME: usize = 120;

/// A kind that is taken: its media type, and the endings that such a file may have. The first one is
/// given to a file without an ending.
const KINDS: &[(&str, &[&str])] = &[
    ("application/pdf", &["pdf"]),
    ("image/jpeg", &["jpg", "jpeg", "jpe", "jfif"]),
    ("image/png", &["png"]),
    ("image/tiff", &["tif", "tiff"]),
    ("image/heif", &["heic", "heif"]),
];

/// A file by its first octets: name and kind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) name: String,
    pub(crate) media_type: &'static str,
}

/// Looks at a file that somebody calls `name` and that begins with `head` (the whole file, or some
/// KiB of it).
///
/// # Errors
/// `attachment_empty`, `attachment_executable`, `attachment_kind`, `attachment_mismatch`.
pub(crate) fn look(name: &str, head: &[u8]) -> Result<Known, Problem> {
    let name = sanitised(name);
    let problem = |code| Problem::new(code).with("name", name.clone());
    if head.is_empty() {
        return Err(problem(Code::AttachmentEmpty));
    }
    // First of all: some programs carry the signs of another kind further on.
    if infer::is_app(head) || head.starts_with(b"#!") {
        return Err(problem(Code::AttachmentExecutable));
    }
    let found = infer::get(head).map(|kind| kind.mime_type());
    let kind = KINDS.iter().find(|(kind, _)| Some(*kind) == found);
    let Some((media_type, endings)) = kind else {
        return Err(problem(Code::AttachmentKind));
    };
    // Readers look for the sign of a PDF within the first KiB (ISO 32000-1, annex H.3). What comes
    // before it could be a file of another kind.
    if *media_type == "application/pdf" && !head.starts_with(b"%PDF-") {
        return Err(problem(Code::AttachmentKind));
    }
    let name = match name.rsplit_once('.') {
        Some((_, ending)) if endings.contains(&ending.to_ascii_lowercase().as_str()) => name,
        // A dot within a name, such as in `12.05.2026`, is not an ending.
        Some((_, ending)) if is_ending(ending) => return Err(problem(Code::AttachmentMismatch)),
        _ => format!("{name}.{}", endings[0]),
    };
    Ok(Known { name, media_type })
}

/// Whether a file that was described beforehand, on another computer, is what was said of it.
///
/// # Errors
/// As [`look`]; `attachment_mismatch` for another kind, or a name that is not safe everywhere.
pub(crate) fn is_as_named(file: &Attachment, head: &[u8]) -> Result<(), Problem> {
    let known = look(&file.name, head)?;
    if known.name == file.name && known.media_type == file.media_type {
        Ok(())
    } else {
        Err(mismatch(file))
    }
}

/// The file is not what was said of it.
pub(crate) fn mismatch(file: &Attachment) -> Problem {
    Problem::new(Code::AttachmentMismatch).with("name", sanitised(&file.name))
}

/// Whether one more file of that size may join those of a draft.
///
/// # Errors
/// `attachment_too_large`, `attachments_too_many`.
pub(crate) fn fits(present: &[Attachment], size: u64) -> Result<(), Problem> {
    let mebi = |octets: u64| (octets / 1024 / 1024).to_string();
    if size > LARGEST {
        return Err(Problem::new(Code::AttachmentTooLarge).with("limit", mebi(LARGEST)));
    }
    let together = present
        .iter()
        .fold(size, |sum, one| sum.saturating_add(one.size));
    if present.len() >= MOST || together > LARGEST_TOGETHER {
        return Err(Problem::new(Code::AttachmentsTooMany)
            .with("count", MOST.to_string())
            .with("limit", mebi(LARGEST_TOGETHER)));
    }
    Ok(())
}

/// The name that the file goes by: no folders, no signs that hide or mean something to a system.
pub(crate) fn sanitised(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = name
        .chars()
        .filter(|sign| !hides(*sign) && *sign != '\n')
        .map(|sign| match sign {
            '<' | '>' | ':' | '"' | '|' | '?' | '*' => '_',
            sign if sign.is_whitespace() => ' ',
            sign => sign,
        })
        .collect::<String>();
    let trimmed = kept.trim_matches(|sign| sign == ' ' || sign == '.');
    let (stem, ending) = match trimmed.rsplit_once('.') {
        Some((stem, ending)) if is_ending(ending) => (stem, format!(".{ending}")),
        _ => (trimmed, String::new()),
    };
    let room = LONGEST_NAME - ending.chars().count();
    let mut stem = stem.chars().take(room).collect::<String>();
    if stem.is_empty() {
        stem.push('_');
    }
    if is_device(&stem) {
        stem.insert(0, '_');
    }
    stem + &ending
}

fn is_ending(text: &str) -> bool {
    (1..=5).contains(&text.len())
        && text.bytes().all(|octet| octet.is_ascii_alphanumeric())
        && text.bytes().any(|octet| octet.is_ascii_alphabetic())
}

/// Names that Windows keeps for devices, whatever their ending.
fn is_device(stem: &str) -> bool {
    let stem = stem.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || ["COM", "LPT"].iter().any(|port| {
            stem.strip_prefix(port)
                .is_some_and(|number| number.len() == 1 && number.as_bytes()[0].is_ascii_digit())
        })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
    const JPEG: &[u8] = b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00";
    const PNG: &[u8] = b"\x89PNG\r\n\x1A\n\x00\x00\x00\rIHDR";
    const TIFF: &[u8] = b"II*\x00\x08\x00\x00\x00\x0e\x00\x00\x01";
    const HEIC: &[u8] = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic";

    fn code(name: &str, head: &[u8]) -> Code {
        look(name, head).unwrap_err().code
    }

    #[test]
    fn the_content_tells_the_kind() {
        for (name, head, kind) in [
            ("a.pdf", PDF, "application/pdf"),
            ("a.JPG", JPEG, "image/jpeg"),
            ("a.jpeg", JPEG, "image/jpeg"),
            ("a.png", PNG, "image/png"),
            ("a.tiff", TIFF, "image/tiff"),
            ("a.HEIC", HEIC, "image/heif"),
        ] {
            let known = look(name, head).unwrap();
            assert_eq!((known.name.as_str(), known.media_type), (name, kind));
        }
        assert_eq!(look("скан", PDF).unwrap().name, "скан.pdf");
        assert_eq!(look("12.05.2026", PNG).unwrap().name, "12.05.2026.png");
    }

    #[test]
    fn another_ending_than_the_content_is_refused() {
        assert_eq!(code("a.pdf", JPEG), Code::AttachmentMismatch);
        assert_eq!(code("a.png", PDF), Code::AttachmentMismatch);
        assert_eq!(code("a.pdf.exe", PDF), Code::AttachmentMismatch);
        assert_eq!(code("a.exe", JPEG), Code::AttachmentMismatch);
    }

    #[test]
    fn what_comes_from_elsewhere_is_what_was_said() {
        let file = |name: &str, media_type: &str| Attachment {
            name: name.into(),
            media_type: media_type.into(),
            size: 9,
            hash: String::new(),
        };
        let fits = |name, kind, head| {
            let fits = is_as_named(&file(name, kind), head);
            fits.map_err(|problem| problem.code)
        };
        assert_eq!(fits("a.pdf", "application/pdf", PDF), Ok(()));
        let other = Err(Code::AttachmentMismatch);
        assert_eq!(fits("a.pdf", "application/pdf", PNG), other);
        assert_eq!(fits("a.pdf", "image/png", PDF), other);
        assert_eq!(fits("../a.pdf", "application/pdf", PDF), other);
        assert_eq!(fits("a", "application/pdf", PDF), other);
        let program = fits("a.exe", "application/pdf", b"MZ\x90\x00\x03");
        assert_eq!(program, Err(Code::AttachmentExecutable));
    }

    #[test]
    fn programs_and_unknown_kinds_are_refused() {
        let mut with_pdf = b"MZ\x90\x00".to_vec();
        with_pdf.extend_from_slice(PDF);
        for (head, expected) in [
            (&b"MZ\x90\x00\x03"[..], Code::AttachmentExecutable),
            (&with_pdf, Code::AttachmentExecutable),
            (
                &b"\x7FELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3E\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"[..],
                Code::AttachmentExecutable,
            ),
            (b"#!/bin/sh\nrm -rf ~\n", Code::AttachmentExecutable),
            (b"@echo off\r\n", Code::AttachmentKind),
            (b"<script>alert(1)</script>", Code::AttachmentKind),
            (b"PK\x03\x04", Code::AttachmentKind),
            (b"GIF89a", Code::AttachmentKind),
            (b"  %PDF-1.7", Code::AttachmentKind),
            (b"", Code::AttachmentEmpty),
        ] {
            assert_eq!(code("a.pdf", head), expected, "{head:?}");
        }
    }

    #[test]
    fn names_are_safe_everywhere() {
        for (given, kept) in [
            ("../../etc/passwd.pdf", "passwd.pdf"),
            ("C:\\Users\\a\\скан 1.pdf", "скан 1.pdf"),
            ("a\u{202E}fdp.exe", "afdp.exe"),
            ("a\u{0000}b\nc\t.pdf", "abc.pdf"),
            ("what?<is>:this|*.png", "what__is__this__.png"),
            ("  .hidden. ", "hidden"),
            ("con.pdf", "_con.pdf"),
            ("LPT1", "_LPT1"),
            ("..", "_"),
            ("", "_"),
            (".pdf", "pdf"),
        ] {
            assert_eq!(sanitised(given), kept, "{given:?}");
        }
        let long = sanitised(&format!("{}.pdf", "ы".repeat(500)));
        assert_eq!(long.chars().count(), LONGEST_NAME);
        assert!(long.ends_with("ы.pdf"));
    }

    #[test]
    fn there_are_limits() {
        let file = |size| Attachment {
            name: "a.pdf".into(),
            media_type: "application/pdf".into(),
            size,
            hash: String::new(),
        };
        let code = |present: &[Attachment], size| fits(present, size).map_err(|error| error.code);
        assert_eq!(code(&[], LARGEST), Ok(()));
        assert_eq!(code(&[], LARGEST + 1), Err(Code::AttachmentTooLarge));
        let two = [file(LARGEST), file(LARGEST - 1)];
        assert_eq!(code(&two, 1), Ok(()));
        assert_eq!(code(&two, 2), Err(Code::AttachmentsTooMany));
        let many: Vec<_> = (0..20).map(|_| file(1)).collect();
        assert_eq!(code(&many[1..], 1), Ok(()));
        assert_eq!(code(&many, 1), Err(Code::AttachmentsTooMany));
    }
}
