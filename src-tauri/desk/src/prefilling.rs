//! What a new draft begins with: values from the card, and from earlier applications and drafts
//! (docs/forms.md, "Prefill"). Each is marked with its source, so that the person sees where it came
//! from.

use std::collections::BTreeMap;

use jiff::Timestamp;
use kabinet_cache::{OutboxKind, Store};
use kabinet_records::form::{self, Context, Format};
use kabinet_records::{Form, Holder};
use serde_json::{Map, Value};

use crate::Outcome;
use crate::applying;

/// Registered applications that are looked through, the newest first.
pub(crate) const EARLIER: usize = 20;
/// Entries of a list that a form begins with at most.
const MOST_ENTRIES: u64 = 20;

/// Values that a person has given before.
pub(crate) struct Earlier {
    at: Timestamp,
    /// `application` or `draft`.
    kind: &'static str,
    ui: Value,
    data: Value,
}

/// What the store knows, the newest first: drafts, what waits, and what was sent from here.
pub(crate) fn earlier(store: &Store) -> Outcome<Vec<Earlier>> {
    let mut found = Vec::new();
    let mut add = |at, kind, procedure: &str, data| {
        // A form that left the catalogue tells no terms.
        if let Ok(procedure) = store.procedure(procedure) {
            found.push(Earlier {
                at,
                kind,
                ui: procedure.form.ui,
                data,
            });
        }
    };
    for draft in store.drafts()? {
        add(draft.changed_at, "draft", &draft.procedure_id, draft.data);
    }
    for item in store.outbox()? {
        if item.kind != OutboxKind::Application {
            continue;
        }
        let manifest = applying::read(&item.manifest)?;
        let id = manifest.procedure.id;
        add(item.signed_at, "application", &id, manifest.data);
    }
    for application in store.newest_applications(EARLIER)? {
        let Some(copy) = store.signed_copy(application.id)? else {
            // It was sent from another computer, and has not been fetched.
            continue;
        };
        let content = kabinet_pki::content(&copy).ok();
        if let Some(manifest) = content.and_then(|octets| applying::read(&octets).ok()) {
            let id = manifest.procedure.id;
            add(application.submitted_at, "application", &id, manifest.data);
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.at));
    Ok(found)
}

/// Values for a new draft, and JSON Pointer to source of each that came from elsewhere.
pub(crate) fn prefill(
    form: &Form,
    holder: &Holder,
    earlier: &[Earlier],
) -> (Value, BTreeMap<String, String>) {
    let mut draft = Beginning {
        form,
        data: Value::Object(Map::new()),
        sources: BTreeMap::new(),
    };
    // A condition may open a field only when another one is filled in.
    let mut known = usize::MAX;
    while known != draft.sources.len() {
        known = draft.sources.len();
        draft.take_from_card(holder);
        draft.take_from_earlier(earlier);
    }
    draft.open_lists();
    (draft.data, draft.sources)
}

struct Beginning<'a> {
    form: &'a Form,
    data: Value,
    sources: BTreeMap<String, String>,
}

impl Beginning<'_> {
    fn take_from_card(&mut self, holder: &Holder) {
        let form = self.form;
        for (path, source) in texts(&form.ui["prefill"]) {
            if let Some(address) = holder.resolve_address(source) {
                for (member, value) in address {
                    self.put(&format!("{path}/{member}"), value.clone().into(), source);
                }
            } else if let Some(value) = holder.resolve(source) {
                self.put(path, value.into(), source);
            }
        }
    }

    fn take_from_earlier(&mut self, earlier: &[Earlier]) {
        let form = self.form;
        for (path, term) in texts(&form.ui["terms"]) {
            if self.data.pointer(path).is_some() {
                continue;
            }
            let value = earlier.iter().find_map(|one| {
                let (place, _) = texts(&one.ui["terms"]).find(|(_, known)| *known == term)?;
                Some((one, one.data.pointer(place)?.clone()))
            });
            if let Some((one, value)) = value {
                let source = format!("earlier.{}.{}", one.kind, one.at);
                self.put_whole(path, value, &source);
            }
        }
    }

    /// Puts a group member by member, so that each is marked by itself.
    fn put_whole(&mut self, path: &str, value: Value, source: &str) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    self.put_whole(&format!("{path}/{name}"), member, source);
                }
            }
            value => self.put(path, value, source),
        }
    }

    /// Puts one value where the form has a field that takes it. Another form may mean by the same
    /// term something of another shape, and files stay where they were.
    fn put(&mut self, path: &str, value: Value, source: &str) {
        if self.sources.contains_key(path) {
            return;
        }
        let mut changed = self.data.clone();
        if set(&mut changed, path, value).is_none() {
            return;
        }
        let context = Context::EMPTY;
        let schema = &self.form.schema;
        let Ok(mut changed) = form::tidied(schema, &changed, &context) else {
            return;
        };
        if let Some(Value::Array(entries)) = changed.pointer_mut(path) {
            entries.iter_mut().for_each(without_files);
        }
        let Ok(problems) = form::validate(schema, &changed, &context) else {
            return;
        };
        // What is still missing is no fault of the value, nor is a limit in time.
        let fits = |problem: &form::FieldProblem| {
            let later = ["required", "minItems", "formatMinimum", "formatMaximum"];
            let inside = problem.path.strip_prefix(path);
            let own = inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
            later.contains(&problem.keyword.as_str())
                || !own && problem.keyword != "additionalProperties"
        };
        if problems.iter().all(fits) {
            self.data = changed;
            self.sources.insert(path.to_owned(), source.to_owned());
        }
    }

    /// A list that must have entries begins with so many, for the person to fill in.
    fn open_lists(&mut self) {
        let Ok(asked) = form::asked(&self.form.schema, &self.data, &Context::EMPTY) else {
            return;
        };
        for (path, required) in asked {
            let schema = &self.form.schema["properties"][path.trim_start_matches('/')];
            let least = schema["minItems"].as_u64().unwrap_or(0);
            let groups = schema["items"]["type"] == "object";
            if required && groups && self.data.pointer(&path).is_none() {
                let entries = (0..least.min(MOST_ENTRIES)).map(|_| Value::Object(Map::new()));
                let _ = set(&mut self.data, &path, entries.collect());
            }
        }
    }
}

/// Takes out of a value whatever is written like the hash of a file.
fn without_files(value: &mut Value) {
    let is_file = |value: &Value| {
        let text = value.as_str();
        text.is_some_and(|text| Format::Attachment.holds(text))
    };
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !is_file(member));
            members.values_mut().for_each(without_files);
        }
        Value::Array(entries) => {
            entries.retain(|entry| !is_file(entry));
            entries.iter_mut().for_each(without_files);
        }
        _ => {}
    }
}

/// Puts a value at a pointer; groups on the way are made, and a list grows by one entry.
fn set(data: &mut Value, path: &str, value: Value) -> Option<()> {
    let mut place = data;
    let mut parts = path.strip_prefix('/')?.split('/').peekable();
    while let Some(part) = parts.next() {
        let name = part.replace("~1", "/").replace("~0", "~");
        let list_follows = parts.peek().is_some_and(|next| *next == "0");
        let new = || match list_follows {
            true => Value::Array(Vec::new()),
            false => Value::Object(Map::new()),
        };
        place = match place {
            Value::Array(entries) => {
                let index: usize = name.parse().ok()?;
                if index == entries.len() {
                    entries.push(new());
                }
                entries.get_mut(index)?
            }
            Value::Object(members) => members.entry(name).or_insert_with(new),
            _ => return None,
        };
    }
    *place = value;
    Some(())
}

fn texts(members: &Value) -> impl Iterator<Item = (&str, &str)> {
    let members = members.as_object().into_iter().flatten();
    members.filter_map(|(path, text)| Some((path.as_str(), text.as_str()?)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn form() -> Form {
        let home = json!({"type": "object", "additionalProperties": false, "required": ["house"],
            "properties": {"street": {"type": "string"}, "house": {"type": "string"},
                "postalCode": {"type": "string", "format": "postal-code"}}});
        Form {
            schema: json!({"type": "object", "additionalProperties": false,
                "required": ["children", "home"],
                "if": {"required": ["way"]}, "else": {"properties": {"account": false}},
                "properties": {"name": {"type": "string"}, "phone": {"type": "string", "format": "phone"},
                    "home": home, "post": home, "kind": {"enum": ["a"]},
                    "account": {"type": "string"}, "way": {"enum": ["bank"]},
                    "members": {"type": "array", "items": {"type": "object",
                        "properties": {"name": {"type": "string"}}}},
                    "children": {"type": "array", "minItems": 2, "items": {"type": "object",
                        "additionalProperties": false,
                        "properties": {"name": {"type": "string"},
                            "proof": {"type": "string", "format": "attachment"}}}}}}),
            ui: json!({"prefill": {"/name": "card.familyName.be", "/phone": "card.phone",
                    "/home": "card.address.be", "/members/0/name": "card.givenName.be"},
                "terms": {"/home": "person.residence", "/post": "person.postalAddress",
                    "/children": "person.children", "/kind": "some.kind", "/phone": "person.phone",
                    "/account": "payment.account", "/way": "payment.way"}}),
        }
    }

    fn holder() -> Holder {
        let be = |text: &str| BTreeMap::from([("be".to_owned(), text.to_owned())]);
        Holder {
            family_name: be("Янкоўская"),
            given_name: be("Алена"),
            phone_number: Some("+375-29-555-01-23".into()),
            address: BTreeMap::from([(
                "be".to_owned(),
                BTreeMap::from([
                    ("street".to_owned(), "вул. А".to_owned()),
                    ("postalCode".to_owned(), "220 013".to_owned()),
                    // The form has no such field.
                    ("region".to_owned(), "Мінская".to_owned()),
                ]),
            )]),
            ..Holder::default()
        }
    }

    #[test]
    fn the_card_fills_groups_and_lists_as_the_formats_want() {
        let (data, sources) = prefill(&form(), &holder(), &[]);
        assert_eq!(
            data,
            json!({"name": "Янкоўская", "phone": "+375295550123", "children": [{}, {}],
                "home": {"street": "вул. А", "postalCode": "220013"}, "members": [{"name": "Алена"}]})
        );
        let marked: Vec<&str> = sources.keys().map(String::as_str).collect();
        assert_eq!(
            marked,
            [
                "/home/postalCode",
                "/home/street",
                "/members/0/name",
                "/name",
                "/phone"
            ]
        );
        assert_eq!(sources["/home/street"], "card.address.be");
    }

    #[test]
    fn the_newest_earlier_value_of_the_same_term_is_taken() {
        let hash = "a".repeat(64);
        let one = |second, kind, data| Earlier {
            at: at(second),
            kind,
            ui: json!({"terms": {"/address": "person.postalAddress", "/kids": "person.children",
                "/kind": "some.kind", "/phone": "person.phone", "/way": "payment.way",
                "/account": "payment.account"}}),
            data,
        };
        let earlier = [
            one(
                30,
                "draft",
                json!({"kind": "strange", "phone": "+375291112233", "way": "bank", "account": "BY1"}),
            ),
            one(
                20,
                "application",
                json!({"address": {"house": "7", "floor": 1},
                "kids": [{"name": "A", "proof": hash}, {"name": "B"}]}),
            ),
            one(
                10,
                "application",
                json!({"address": {"house": "1"}, "kind": "a"}),
            ),
        ];
        let (data, sources) = prefill(&form(), &holder(), &earlier);
        // The member that this form does not know stays away, and so does the file.
        assert_eq!(data["post"], json!({"house": "7"}));
        assert_eq!(data["children"], json!([{"name": "A"}, {"name": "B"}]));
        assert_eq!(
            sources["/post/house"],
            "earlier.application.1970-01-01T00:00:20Z"
        );
        assert_eq!(
            sources["/children"],
            "earlier.application.1970-01-01T00:00:20Z"
        );
        // The account is asked for only with the way of payment, which comes after it.
        assert_eq!(data["account"], "BY1");
        // No choice of this form.
        assert!(data.get("kind").is_none());
        // The card is nearer.
        assert_eq!(sources["/phone"], "card.phone");
    }
}
