//! A form as people read it: before it is signed, in the review and on the command line.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Format, address, entries, formats, pointer_part, unescaped};
use crate::{Attachment, Form, Text};

/// Most members of a group whose order a form gives; others follow by their names.
const MOST_IN_ORDER: usize = 1000;

/// One line of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// JSON Pointer to the value.
    pub path: String,
    /// The group, or the entry of a list, that it belongs to, such as `Child, 2`.
    pub group: Option<Text>,
    /// Label.
    pub label: Text,
    /// The value; a choice by its label, a file by its name and size.
    pub value: Text,
}

/// The values of a form in the order of its steps. A value that no step names follows with its
/// pointer as label: nothing that is signed stays unseen.
#[must_use]
pub fn lines(form: &Form, data: &Value, files: &[Attachment]) -> Vec<Line> {
    let mut reader = Reader {
        form,
        files,
        seen: BTreeSet::new(),
        lines: Vec::new(),
    };
    let mut named = BTreeSet::new();
    for step in entries(&form.ui["steps"]) {
        for path in entries(&step["fields"]).iter().filter_map(Value::as_str) {
            if let Some(value) = data.pointer(path)
                && named.insert(path)
            {
                reader.read(value, Spot::at(form, data, path));
            }
        }
    }
    reader.read(data, Spot::root());
    reader.lines
}

/// The group that a field belongs to, and its own label, as [`lines`] names them.
#[must_use]
pub fn label(form: &Form, data: &Value, path: &str) -> (Option<Text>, Text) {
    let spot = Spot::at(form, data, path);
    (spot.group, spot.label)
}

/// A value as people read it, at a pointer into the data: a choice by its label.
pub(crate) fn readable(
    form: &Form,
    data: &Value,
    path: &str,
    value: &Value,
    files: &[Attachment],
) -> Text {
    let reader = Reader {
        form,
        files,
        seen: BTreeSet::new(),
        lines: Vec::new(),
    };
    reader.readable(&place(data, path), value)
}

/// The pointer by which the UI schema names a field: `-` stands for whatever entry of a list.
#[must_use]
pub fn place(data: &Value, path: &str) -> String {
    let mut value = Some(data);
    let mut made = String::new();
    for part in path.split('/').skip(1) {
        let listed = value.is_some_and(Value::is_array);
        made.push('/');
        made.push_str(if listed { "-" } else { part });
        value = value.and_then(|value| value.pointer(&format!("/{part}")));
    }
    made
}

/// A day as people here write it: `03.05.2026`, in English `3 May 2026`.
#[must_use]
pub fn readable_date(text: &str) -> Option<Text> {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let day = formats::date(text)?;
    let month = MONTHS.get(usize::try_from(day.month() - 1).ok()?)?;
    let dotted = format!("{:02}.{:02}.{:04}", day.day(), day.month(), day.year());
    Some(Text {
        be: dotted.clone(),
        ru: dotted,
        en: format!("{} {month} {}", day.day(), day.year()),
    })
}

/// An amount of money with its currency.
#[must_use]
pub fn readable_money(text: &str) -> Option<Text> {
    formats::hundredths(text)?;
    let comma = text.replace('.', ",");
    Some(Text {
        be: format!("{comma} руб."),
        ru: format!("{comma} руб."),
        en: format!("{text} BYN"),
    })
}

/// A number of octets as people read it.
#[must_use]
pub fn readable_size(octets: u64) -> Text {
    const KIB: u64 = 1024;
    const MIB: u64 = KIB * KIB;
    let (unit, [be, ru, en]) = match octets {
        0..KIB => (1, ["Б", "Б", "B"]),
        KIB..MIB => (KIB, ["КБ", "КБ", "KB"]),
        _ => (MIB, ["МБ", "МБ", "MB"]),
    };
    let number = |comma: char| match octets % unit * 10 / unit {
        0 => (octets / unit).to_string(),
        tenth => format!("{}{comma}{tenth}", octets / unit),
    };
    Text {
        be: format!("{} {be}", number(',')),
        ru: format!("{} {ru}", number(',')),
        en: format!("{} {en}", number('.')),
    }
}

/// A place in the data, and what people call it.
#[derive(Clone)]
struct Spot {
    path: String,
    /// As [`place`] gives it.
    place: String,
    group: Option<Text>,
    label: Text,
}

impl Spot {
    fn root() -> Self {
        Self {
            path: String::new(),
            place: String::new(),
            group: None,
            label: same("/"),
        }
    }

    fn at(form: &Form, data: &Value, path: &str) -> Self {
        let mut value = Some(data);
        let mut spot = Self::root();
        for part in path.split('/').skip(1) {
            let index = part.parse().ok();
            spot = match index.filter(|_| value.is_some_and(Value::is_array)) {
                Some(index) => spot.entry(form, index),
                None => spot.member(form, &unescaped(part)),
            };
            value = value.and_then(|value| value.pointer(&format!("/{part}")));
        }
        spot
    }

    fn member(&self, form: &Form, name: &str) -> Self {
        let part = pointer_part(name);
        let (path, place) = (
            format!("{}/{part}", self.path),
            format!("{}/{part}", self.place),
        );
        let group = match (&self.group, self.path.is_empty()) {
            (_, true) => None,
            (None, false) => Some(self.label.clone()),
            (Some(outer), false) => Some(Text {
                be: format!("{} · {}", outer.be, self.label.be),
                ru: format!("{} · {}", outer.ru, self.label.ru),
                en: format!("{} · {}", outer.en, self.label.en),
            }),
        };
        let label = named(form, &place).unwrap_or_else(|| same(&path));
        Self {
            path,
            place,
            group,
            label,
        }
    }

    fn entry(&self, form: &Form, index: usize) -> Self {
        let place = format!("{}/-", self.place);
        let name = given(form, &place).unwrap_or_else(|| self.label.clone());
        let number = index + 1;
        Self {
            path: format!("{}/{index}", self.path),
            place,
            group: self.group.clone(),
            label: Text {
                be: format!("{}, {number}", name.be),
                ru: format!("{}, {number}", name.ru),
                en: format!("{}, {number}", name.en),
            },
        }
    }
}

struct Reader<'a> {
    form: &'a Form,
    files: &'a [Attachment],
    /// Values that have their line.
    seen: BTreeSet<String>,
    lines: Vec<Line>,
}

impl Reader<'_> {
    fn read(&mut self, value: &Value, spot: Spot) {
        match value {
            Value::Object(members) if !members.is_empty() || spot.path.is_empty() => {
                let first = order(self.form, &spot.place);
                let named = first.iter().filter(|name| members.contains_key(*name));
                for name in named.chain(members.keys()) {
                    if let Some(member) = members.get(name) {
                        self.read(member, spot.member(self.form, name));
                    }
                }
            }
            Value::Array(list) if !list.is_empty() => {
                for (index, value) in list.iter().enumerate() {
                    self.read(value, spot.entry(self.form, index));
                }
            }
            _ if self.seen.insert(spot.path.clone()) => {
                let value = self.readable(&spot.place, value);
                self.lines.push(Line {
                    path: spot.path,
                    group: spot.group,
                    label: spot.label,
                    value,
                });
            }
            _ => {}
        }
    }

    fn readable(&self, place: &str, value: &Value) -> Text {
        match value {
            Value::String(text) => self.text(place, text),
            Value::Bool(true) => Text {
                be: "так".into(),
                ru: "да".into(),
                en: "yes".into(),
            },
            Value::Bool(false) => Text {
                be: "не".into(),
                ru: "нет".into(),
                en: "no".into(),
            },
            Value::Null => same(""),
            other => same(&other.to_string()),
        }
    }

    fn text(&self, place: &str, text: &str) -> Text {
        let choice = &self.form.ui["enumLabels"][place][text];
        if let Ok(label) = serde_json::from_value(choice.clone()) {
            return label;
        }
        let format = schema_at(&self.form.schema, place).and_then(|schema| schema.get("format"));
        let readable = match format.and_then(Value::as_str).and_then(Format::named) {
            Some(Format::Date) => readable_date(text),
            Some(Format::Money) => readable_money(text),
            Some(Format::Attachment) => self.file(text),
            _ => None,
        };
        readable.unwrap_or_else(|| same(text))
    }

    fn file(&self, hash: &str) -> Option<Text> {
        let file = self.files.iter().find(|file| file.hash == hash)?;
        let size = readable_size(file.size);
        Some(Text {
            be: format!("{} ({})", file.name, size.be),
            ru: format!("{} ({})", file.name, size.ru),
            en: format!("{} ({})", file.name, size.en),
        })
    }
}

/// The names of a group's members in the order in which they are asked, as far as the form gives one.
pub(super) fn order(form: &Form, place: &str) -> Vec<String> {
    let given = entries(&form.ui["order"][place]).iter();
    let given = given.filter_map(Value::as_str).take(MOST_IN_ORDER);
    let given: Vec<String> = given.map(str::to_owned).collect();
    if given.is_empty() && address::is(form, place) {
        return address::MEMBERS.map(str::to_owned).to_vec();
    }
    given
}

/// The schema of the field at a place, through `properties`, `items` and references.
pub(super) fn schema_at<'a>(root: &'a Value, place: &str) -> Option<&'a Value> {
    let followed = |mut schema: &'a Value| {
        // References lead in no circle (bounds), and this ends even if they did.
        for _ in 0..32 {
            match schema.get("$ref").and_then(Value::as_str) {
                Some(target) => schema = root.pointer(target.strip_prefix('#')?)?,
                None => break,
            }
        }
        Some(schema)
    };
    let mut schema = followed(root)?;
    for part in place.split('/').skip(1) {
        let next = match part {
            "-" => schema.get("items"),
            name => schema.get("properties")?.get(unescaped(name)),
        };
        schema = followed(next?)?;
    }
    Some(schema)
}

/// The label of a field by its place alone.
pub(super) fn label_at(form: &Form, place: &str) -> Text {
    named(form, place).unwrap_or_else(|| same(place))
}

/// The label that the form gives, or that the member of an address has by itself.
fn named(form: &Form, place: &str) -> Option<Text> {
    given(form, place).or_else(|| {
        let (group, name) = place.rsplit_once('/')?;
        address::label(name).filter(|_| address::is(form, group))
    })
}

fn given(form: &Form, place: &str) -> Option<Text> {
    serde_json::from_value(form.ui["labels"][place].clone()).ok()
}

fn same(text: &str) -> Text {
    Text {
        be: text.to_owned(),
        ru: text.to_owned(),
        en: text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(en: &str) -> Value {
        json!({"be": format!("б {en}"), "ru": format!("р {en}"), "en": en})
    }

    fn seen(form: &Form, data: &Value, files: &[Attachment]) -> Vec<String> {
        lines(form, data, files)
            .into_iter()
            .map(|line| {
                let group = line.group.map(|group| format!("{}: ", group.en));
                let group = group.unwrap_or_default();
                format!("{group}{}: {}", line.label.en, line.value.en)
            })
            .collect()
    }

    #[test]
    fn nothing_that_is_signed_stays_unseen() {
        let form = Form {
            schema: json!({}),
            ui: json!({"steps": [{"fields": ["/b", "/c"]}], "labels": {"/b": text("B")},
                "enumLabels": {"/b": {"x": text("Ex")}}}),
        };
        let data = json!({"a": {"hidden": 7, "list": []}, "b": "x", "c": true, "d": {}});
        assert_eq!(
            seen(&form, &data, &[]),
            [
                "B: Ex",
                "/c: yes",
                "/a: /a/hidden: 7",
                "/a: /a/list: []",
                "/d: {}"
            ]
        );
        assert_eq!(seen(&form, &json!("x"), &[]), ["/: x"]);
        assert_eq!(seen(&form, &json!({}), &[]), Vec::<String>::new());
    }

    /// However often a stranger's form names the same field, and in whatever order.
    #[test]
    fn a_form_that_repeats_itself_is_read_quickly() {
        let start = std::time::Instant::now();
        let names: Vec<String> = (0..2000).map(|number| format!("n{number}")).collect();
        let members = |value: Value| -> Value {
            names
                .iter()
                .map(|name| (name.clone(), value.clone()))
                .collect()
        };
        let strange: Vec<String> = (0..200_000).map(|number| format!("m{number}")).collect();
        let form = Form {
            schema: json!({"properties": {"a": {"properties": members(json!({}))}}}),
            ui: json!({"steps": [{"fields": vec![""; 100_000]}, {"fields": ["/a"]}],
                "order": {"/a": strange}}),
        };
        let data = json!({"a": members(json!(1))});
        assert_eq!(lines(&form, &data, &[]).len(), names.len());
        assert_eq!(super::super::outline(&form).len(), 2);
        // One by one compared it would be hours.
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    #[test]
    fn groups_lists_and_files_read_well() {
        let form = Form {
            schema: json!({"properties": {
                "children": {"items": {"$ref": "#/$defs/child"}},
                "sum": {"format": "money"}, "files": {"items": {"format": "attachment"}}},
                "$defs": {"child": {"properties": {"born": {"format": "date"}}}}}),
            ui: json!({"steps": [{"fields": ["/home", "/children"]}, {"fields": ["/sum"]}],
                "labels": {"/children": text("Children"), "/children/-": text("Child"),
                    "/children/-/name": text("Name"), "/children/-/born": text("Born"),
                    "/home": text("Home"), "/children/-/home": text("Home"), "/sum": text("Sum"),
                    "/files": text("Files")},
                "order": {"/children/-": ["name", "born"]},
                "widgets": {"/home": "address", "/children/-/home": "address"}}),
        };
        let hash = "ab".repeat(32);
        let file = Attachment {
            name: "паспарт.pdf".into(),
            media_type: "application/pdf".into(),
            size: 1_572_864,
            hash: hash.clone(),
        };
        let data = json!({"children": [{"born": "2020-02-29", "name": "A"},
                {"name": "B", "more": 1, "home": {"house": "7"}}],
            "home": {"house": "12", "street": "Я. Коласа"}, "sum": "10.50", "files": [hash, "x"]});
        assert_eq!(
            seen(&form, &data, &[file]),
            [
                "Home: Street: Я. Коласа",
                "Home: House: 12",
                "Child, 1: Name: A",
                "Child, 1: Born: 29 February 2020",
                "Child, 2: Name: B",
                "Child, 2 · Home: House: 7",
                "Child, 2: /children/1/more: 1",
                "Sum: 10.50 BYN",
                "Files, 1: паспарт.pdf (1.5 MB)",
                "Files, 2: x",
            ]
        );
        let (group, own) = label(&form, &data, "/children/1/born");
        assert_eq!(
            (group.unwrap().en.as_str(), own.en.as_str()),
            ("Child, 2", "Born")
        );
        assert_eq!(
            place(&data, "/children/1/home/flat"),
            "/children/-/home/flat"
        );
        assert_eq!(readable_date("2020-02-29").unwrap().be, "29.02.2020");
        assert_eq!(readable_date("2026-05-03").unwrap().en, "3 May 2026");
        assert_eq!(readable_money("10.50").unwrap().be, "10,50 руб.");
    }
}
