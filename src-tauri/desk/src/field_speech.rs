//! What is wrong with a field, as a sentence: concrete, with the limit in it.

use std::collections::BTreeMap;

use kabinet_records::form::{self, FieldProblem};
use kabinet_records::{Form, Text};
use serde_json::Value;

use crate::speech;
use crate::view::{FieldProblemView, Language};

/// The problem with its sentence and the label of its field.
pub(crate) fn view(
    problem: FieldProblem,
    form: &Form,
    data: &Value,
    language: Language,
) -> FieldProblemView {
    let place = form::place(data, &problem.path);
    let own: Option<Text> =
        serde_json::from_value(form.ui["messages"][&place][&problem.keyword].clone()).ok();
    let message = match own {
        Some(text) => pick(text, language),
        None => sentence(&problem.keyword, problem.limit.as_deref(), language),
    };
    let (group, label) = form::label(form, data, &problem.path);
    FieldProblemView {
        path: problem.path,
        keyword: problem.keyword,
        message,
        group: group.map(Into::into),
        label: label.into(),
    }
}

/// The sentence for a keyword: for some limits there is one of their own, such as `today`.
fn sentence(keyword: &str, limit: Option<&str>, language: Language) -> String {
    let limit = limit.unwrap_or_default();
    let kind = match form::readable_date(limit) {
        Some(_) => "date",
        None => limit,
    };
    let closer = format!("field-{keyword}-{kind}");
    let id = format!("field-{keyword}");
    let id = [closer, id]
        .into_iter()
        .find(|id| speech::has(language, id));
    let shown = match keyword {
        "maxSize" => limit
            .parse()
            .map(|octets| pick(form::readable_size(octets), language))
            .unwrap_or_default(),
        "accept" | "contentMediaType" => kinds(limit),
        _ => form::readable_date(limit)
            .or_else(|| form::readable_money(limit))
            .map_or_else(|| limit.to_owned(), |text| pick(text, language)),
    };
    let args = BTreeMap::from([("limit", shown)]);
    speech::say(
        language,
        id.as_deref().unwrap_or("field-other"),
        None,
        &args,
    )
}

/// Media types as people name them: `application/pdf image/jpeg` is PDF, JPEG.
fn kinds(types: &str) -> String {
    let named = types.split(' ').map(|one| {
        let kind = one.rsplit('/').next().unwrap_or(one);
        kind.to_uppercase()
    });
    named.collect::<Vec<_>>().join(", ")
}

fn pick(text: Text, language: Language) -> String {
    match language {
        Language::Be => text.be,
        Language::Ru => text.ru,
        Language::En => text.en,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Every keyword that a form may use, with a limit as the validator gives it.
    const CASES: [(&str, &str); 37] = [
        ("required", ""),
        ("minLength", "3"),
        ("maxLength", "3"),
        ("pattern", ""),
        ("format", "date"),
        ("format", "email"),
        ("format", "phone"),
        ("format", "personal-number"),
        ("format", "document-number"),
        ("format", "postal-code"),
        ("format", "money"),
        ("format", "attachment"),
        ("format", "uri"),
        ("formatMinimum", "today"),
        ("formatMinimum", "2026-01-01"),
        ("formatMinimum", "0.01"),
        ("formatMaximum", "today"),
        ("formatMaximum", "2026-01-01"),
        ("formatMaximum", "1000.00"),
        ("enum", ""),
        ("const", ""),
        ("type", "string"),
        ("type", "integer"),
        ("type", "number"),
        ("minimum", "3"),
        ("maximum", "3"),
        ("exclusiveMinimum", "3"),
        ("exclusiveMaximum", "3"),
        ("multipleOf", "5"),
        ("minItems", "2"),
        ("maxItems", "2"),
        ("uniqueItems", ""),
        ("accept", "application/pdf image/jpeg"),
        ("contentMediaType", "application/pdf"),
        ("maxSize", "5242880"),
        ("size", ""),
        ("textSize", ""),
    ];

    #[test]
    fn every_keyword_has_its_sentence_in_every_language() {
        for language in [Language::Be, Language::Ru, Language::En] {
            let other = sentence("?", None, language);
            for (keyword, limit) in CASES {
                let said = sentence(keyword, Some(limit), language);
                assert!(!said.contains("field-") && !said.contains('{'), "{said}");
                assert_ne!(said, other, "{keyword}");
                let number = limit.parse::<u32>().is_ok() && keyword != "maxSize";
                assert!(!number || said.contains(limit), "{keyword}: {said}");
            }
        }
        let en = |keyword, limit| sentence(keyword, Some(limit), Language::En);
        assert_ne!(
            en("formatMaximum", "today"),
            en("formatMaximum", "2026-01-01")
        );
        assert!(en("maxSize", "5242880").contains("5 MB"));
        assert!(en("accept", "application/pdf image/jpeg").contains("PDF, JPEG"));
        let be = sentence("formatMinimum", Some("2026-01-02"), Language::Be);
        assert!(be.contains("02.01.2026"), "{be}");
    }

    #[test]
    fn a_form_may_say_it_better() {
        let text = json!({"be": "Б", "ru": "Р", "en": "E"});
        let form = Form {
            schema: json!({}),
            ui: json!({"labels": {"/cars/-": text, "/cars/-/plate": text},
                "messages": {"/cars/-/plate": {"pattern": text}}}),
        };
        let problem = FieldProblem {
            path: "/cars/0/plate".into(),
            keyword: "pattern".into(),
            limit: None,
        };
        let data = json!({"cars": [{}]});
        let seen = view(problem, &form, &data, Language::Ru);
        assert_eq!(seen.message, "Р");
        assert_eq!(seen.label.en, "E");
        assert_eq!(seen.group.map(|group| group.en).as_deref(), Some("E, 1"));
    }
}
