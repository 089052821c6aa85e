//! The page that leads a person through the file: plain HTML without anything that runs or loads.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::speech;
use crate::view::Language;
use crate::visible::visible;

/// Something in the file.
pub(super) struct Row {
    pub(super) title: String,
    /// Numbers, times, states.
    pub(super) facts: Vec<String>,
    /// Labels with their values, or authors with their words.
    pub(super) lines: Vec<(String, String)>,
    /// Paths in the file.
    pub(super) files: Vec<String>,
}

/// The page in the making.
pub(super) struct Page {
    language: Language,
    html: String,
    is_in_section: bool,
}

impl Page {
    pub(super) fn new(language: Language) -> Self {
        let tag = match language {
            Language::Be => "be",
            Language::Ru => "ru",
            Language::En => "en",
        };
        let title = escaped(&speech::text(language, "export-title"));
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
             <style>body{{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}}\
             article{{border-top:1px solid #ccc;padding:.5rem 0}}dt{{color:#555}}dd{{margin:0 0 .5rem;white-space:pre-wrap;overflow-wrap:anywhere}}</style>\n\
             </head>\n<body>\n<main>\n<h1>{title}</h1>\n"
        );
        Self {
            language,
            html,
            is_in_section: false,
        }
    }

    pub(super) fn head(&mut self, name: &str, portal: &str, made: Timestamp) {
        let values = BTreeMap::from([
            ("name", name.to_owned()),
            ("portal", portal.to_owned()),
            ("made", made.to_string()),
        ]);
        for id in ["export-about", "export-signatures", "export-care"] {
            let text = speech::say(self.language, id, None, &values);
            self.html.push_str(&format!("<p>{}</p>\n", escaped(&text)));
        }
    }

    /// Begins a section; one without anything in it is left out.
    pub(super) fn section(&mut self, id: &str, count: usize) {
        self.end_section();
        if count > 0 {
            let title = escaped(&speech::text(self.language, id));
            self.html
                .push_str(&format!("<section>\n<h2>{title}</h2>\n"));
            self.is_in_section = true;
        }
    }

    pub(super) fn row(&mut self, row: &Row) {
        let facts = row.facts.iter().map(|fact| escaped(fact));
        let facts = facts.collect::<Vec<_>>().join(" · ");
        self.html.push_str(&format!(
            "<article>\n<h3>{}</h3>\n<p>{facts}</p>\n",
            escaped(&row.title)
        ));
        if !row.lines.is_empty() {
            self.html.push_str("<dl>\n");
            for (label, value) in &row.lines {
                let (label, value) = (escaped(label), escaped(value));
                self.html
                    .push_str(&format!("<dt>{label}</dt>\n<dd>{value}</dd>\n"));
            }
            self.html.push_str("</dl>\n");
        }
        self.html.push_str("<ul>\n");
        for file in &row.files {
            let name = escaped(file.rsplit('/').next().unwrap_or(file));
            self.html.push_str(&format!(
                "<li><a href=\"{}\">{name}</a></li>\n",
                address(file)
            ));
        }
        self.html.push_str("</ul>\n</article>\n");
    }

    pub(super) fn finish(mut self) -> String {
        self.end_section();
        self.html.push_str("</main>\n</body>\n</html>\n");
        self.html
    }

    fn end_section(&mut self) {
        if std::mem::take(&mut self.is_in_section) {
            self.html.push_str("</section>\n");
        }
    }
}

/// Text in HTML, with what hides written out.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in visible(text).chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            sign => escaped.push(sign),
        }
    }
    escaped
}

/// A path in the file as an address (RFC 3986, clause 2).
fn address(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for octet in path.bytes() {
        match octet {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' => {
                address.push(char::from(octet));
            }
            octet => address.push_str(&format!("%{octet:02X}")),
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_it_runs() {
        let mut page = Page::new(Language::En);
        page.head("<b>A</b>", "https://p.example", Timestamp::UNIX_EPOCH);
        page.section("export-drafts", 0);
        page.section("export-waiting", 1);
        page.row(&Row {
            title: "<script>alert(1)</script>".into(),
            facts: vec!["\u{202E}x".into()],
            lines: vec![("a\"b".into(), "'c'".into())],
            files: vec!["drafts/1/files/1 \"><script>.pdf".into()],
        });
        let html = page.finish();
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        assert!(
            html.contains("[U+202E]x") && html.contains("a&quot;b") && html.contains("&#39;c&#39;")
        );
        assert!(
            html.contains("href=\"drafts/1/files/1%20%22%3E%3Cscript%3E.pdf\""),
            "{html}"
        );
        assert_eq!(html.matches("<section>").count(), 1);
        assert_eq!(html.matches("</section>").count(), 1);
        assert!(!html.contains("export-"), "{html}");
    }
}
