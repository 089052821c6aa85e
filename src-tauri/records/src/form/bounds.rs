//! Bounds of a schema, checked before it is compiled: what passes is compiled and evaluated quickly.

use std::collections::HashMap;

use serde_json::Value;

use super::SchemaError;

/// Most octets of a schema written as JSON.
const LONGEST_SCHEMA: usize = 256 * 1024;
/// Most levels of a schema, those behind references counted in.
const DEEPEST: usize = 32;
/// Most characters of a regular expression.
const LONGEST_PATTERN: usize = 256;
/// Most regular expressions. Each is compiled, and that is what costs most here.
const MOST_PATTERNS: usize = 64;
/// Most nodes once every reference is written out: a short schema whose definitions each refer twice
/// to the next one is evaluated that many times.
const MOST_NODES: usize = 20_000;
/// Most conditions. Each is compiled by itself to see what is asked.
const MOST_CONDITIONS: usize = 64;
/// Most work: a form's nodes times the values that it is filled in with. Every node looks at a value
/// once at most.
const MOST_WORK: usize = 1_000_000;
/// Most matching: a form's regular expressions, with every reference written out, times the octets of
/// all texts and names that it is filled in with. Each is matched against a text once at most, and the
/// dearest that may be compiled looks at each octet for some ten microseconds.
const MOST_MATCHING: usize = 256 * 1024;
/// The only dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
/// Beginning of a reference that stays inside.
const INSIDE: &str = "#/$defs/";

/// Whether data can be checked against a schema in reasonable time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Bearable,
    /// There are too many values for this schema.
    TooManyValues,
    /// There is too much text for its regular expressions.
    TooMuchText,
}

/// Judges a schema by itself, and the work that it makes of the data.
///
/// # Errors
/// As [`check`].
pub(super) fn check_work(schema: &Value, data: &Value) -> Result<Work, SchemaError> {
    let Measure {
        nodes, patterns, ..
    } = check(schema)?;
    let Filled { values, octets } = filled(data);
    Ok(if nodes.saturating_mul(values) > MOST_WORK {
        Work::TooManyValues
    } else if patterns.saturating_mul(octets) > MOST_MATCHING {
        Work::TooMuchText
    } else {
        Work::Bearable
    })
}

/// Refuses a schema that is too large, refers to itself, or refers to anything outside; gives what
/// it comes to.
///
/// # Errors
/// [`SchemaError::TooLarge`], [`SchemaError::Foreign`], [`SchemaError::Invalid`] for a reference to
/// nothing.
fn check(schema: &Value) -> Result<Measure, SchemaError> {
    let mut walk = Walk {
        root: schema,
        patterns: 0,
        conditions: 0,
        known: HashMap::new(),
    };
    let measure = walk.measure(schema, 0)?;
    // Depth is bounded now, so writing it out is safe.
    if schema.to_string().len() > LONGEST_SCHEMA {
        return Err(SchemaError::TooLarge);
    }
    Ok(measure)
}

/// What a form is filled in with.
#[derive(Default)]
struct Filled {
    /// How many values there are.
    values: usize,
    /// Octets of texts and of the names of members, in UTF-8.
    octets: usize,
}

/// One value at a time, so that depth costs no stack.
fn filled(data: &Value) -> Filled {
    let mut open = vec![data];
    let mut filled = Filled::default();
    while let Some(value) = open.pop() {
        filled.values += 1;
        match value {
            Value::Object(members) => {
                filled.octets += members.keys().map(String::len).sum::<usize>();
                open.extend(members.values());
            }
            Value::Array(list) => open.extend(list),
            Value::String(text) => filled.octets += text.len(),
            _ => {}
        }
    }
    filled
}

/// What a part of a schema comes to with its references written out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Measure {
    nodes: usize,
    patterns: usize,
    height: usize,
}

struct Walk<'a> {
    root: &'a Value,
    patterns: usize,
    conditions: usize,
    /// Targets of references; `None` while one is being measured.
    known: HashMap<&'a str, Option<Measure>>,
}

impl<'a> Walk<'a> {
    fn measure(&mut self, value: &'a Value, level: usize) -> Result<Measure, SchemaError> {
        if level > DEEPEST {
            return Err(SchemaError::TooLarge);
        }
        let mut whole = Measure {
            nodes: 1,
            ..Measure::default()
        };
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if let Some(target) = self.keyword(name, member)? {
                        whole.add(self.target(target, level + 1)?)?;
                    }
                    whole.patterns += patterns(name, member);
                    whole.add(self.measure(member, level + 1)?)?;
                }
            }
            Value::Array(items) => {
                for item in items {
                    whole.add(self.measure(item, level + 1)?)?;
                }
            }
            _ => {}
        }
        Ok(whole)
    }

    /// Judges one member, and gives the target when it is a reference. Members are judged wherever
    /// they stand: what looks like a keyword inside an `enum` is refused too, which no form needs.
    fn keyword(&mut self, name: &str, member: &'a Value) -> Result<Option<&'a str>, SchemaError> {
        match (name, member) {
            ("$ref", Value::String(target)) if inside(target) => return Ok(Some(target)),
            ("$schema", Value::String(dialect)) if dialect == DIALECT => {}
            // Each of these would change what a reference means.
            (
                "$ref" | "$dynamicRef" | "$recursiveRef" | "$schema" | "$id" | "$anchor"
                | "$dynamicAnchor",
                Value::String(_),
            ) => return Err(SchemaError::Foreign),
            ("pattern", Value::String(pattern)) => self.pattern(pattern)?,
            ("if", Value::Object(_) | Value::Bool(_)) => {
                self.conditions += 1;
                if self.conditions > MOST_CONDITIONS {
                    return Err(SchemaError::TooLarge);
                }
            }
            ("patternProperties", Value::Object(members)) => {
                for pattern in members.keys() {
                    self.pattern(pattern)?;
                }
            }
            _ => {}
        }
        Ok(None)
    }

    fn pattern(&mut self, pattern: &str) -> Result<(), SchemaError> {
        self.patterns += 1;
        if self.patterns > MOST_PATTERNS || pattern.chars().count() > LONGEST_PATTERN {
            return Err(SchemaError::TooLarge);
        }
        Ok(())
    }

    fn target(&mut self, target: &'a str, level: usize) -> Result<Measure, SchemaError> {
        let measure = match self.known.get(target) {
            Some(Some(measure)) => *measure,
            // It refers to itself.
            Some(None) => return Err(SchemaError::TooLarge),
            None => {
                let part = target.strip_prefix('#').unwrap_or(target);
                let part = self.root.pointer(part).ok_or(SchemaError::Invalid)?;
                self.known.insert(target, None);
                let measure = self.measure(part, level)?;
                self.known.insert(target, Some(measure));
                measure
            }
        };
        if level + measure.height > DEEPEST {
            return Err(SchemaError::TooLarge);
        }
        Ok(measure)
    }
}

impl Measure {
    fn add(&mut self, part: Self) -> Result<(), SchemaError> {
        self.nodes = self.nodes.saturating_add(part.nodes);
        self.patterns = self.patterns.saturating_add(part.patterns);
        self.height = self.height.max(part.height + 1);
        if self.nodes > MOST_NODES {
            return Err(SchemaError::TooLarge);
        }
        Ok(())
    }
}

/// How many regular expressions a member of a schema is.
fn patterns(name: &str, member: &Value) -> usize {
    match (name, member) {
        ("pattern", Value::String(_)) => 1,
        ("patternProperties", Value::Object(members)) => members.len(),
        _ => 0,
    }
}

/// A percent sign would hide the target from the walk, while the validator decodes it.
fn inside(target: &str) -> bool {
    target.starts_with(INSIDE) && !target.contains('%')
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::super::{Context, answered, asked, tidied, validate};
    use super::*;

    /// Definitions `a0`, `a1`, ... of which each refers twice to the next one.
    fn doubling(keyword: &str, count: usize) -> Value {
        let mut definitions = Map::new();
        for number in 0..count {
            let next = json!({"$ref": format!("#/$defs/a{}", number + 1)});
            definitions.insert(format!("a{number}"), json!({keyword: [next, next]}));
        }
        definitions.insert(format!("a{count}"), json!({"type": "string"}));
        json!({"$ref": "#/$defs/a0", "$defs": definitions})
    }

    #[test]
    fn references_that_double_are_refused() {
        for keyword in ["allOf", "anyOf", "oneOf"] {
            assert!(check(&doubling(keyword, 9)).is_ok());
            for count in [12, 30, 300, 3000] {
                assert_eq!(
                    check(&doubling(keyword, count)),
                    Err(SchemaError::TooLarge),
                    "{keyword} {count}"
                );
            }
        }
        // Few levels, but each as wide as it can be.
        let wide = |next: &str| json!({"allOf": vec![json!({"$ref": next}); 60]});
        let schema = json!({"$ref": "#/$defs/a", "$defs": {"a": wide("#/$defs/b"),
            "b": wide("#/$defs/c"), "c": wide("#/$defs/d"), "d": true}});
        assert_eq!(check(&schema), Err(SchemaError::TooLarge));
    }

    /// The limits do what they are for: the worst that passes is still quick.
    #[test]
    fn what_passes_is_quick() {
        let start = std::time::Instant::now();
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let schema = doubling(keyword, 9);
            assert!(
                validate(&schema, &json!(5), &Context::EMPTY).is_ok_and(|found| !found.is_empty())
            );
        }
        let patterns =
            json!({"allOf": vec![json!({"pattern": "^[\\p{L} '-]{1,100}$"}); MOST_PATTERNS]});
        assert_eq!(
            validate(&patterns, &json!("Янка"), &Context::EMPTY),
            Ok(vec![])
        );
        assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    }

    #[test]
    fn references_in_a_circle_are_refused() {
        let alone = json!({"$defs": {"a": {"$ref": "#/$defs/a"}}});
        assert_eq!(check(&alone), Err(SchemaError::TooLarge));
        let pair = json!({"$defs": {"a": {"not": {"$ref": "#/$defs/b"}},
            "b": {"not": {"$ref": "#/$defs/a"}}}});
        assert_eq!(check(&pair), Err(SchemaError::TooLarge));
    }

    #[test]
    fn references_lead_inside_only() {
        let inside = json!({"$schema": DIALECT, "properties": {"x": {"$ref": "#/$defs/t"}},
            "$defs": {"t": {"type": "string"}}});
        assert!(check(&inside).is_ok());
        for foreign in [
            json!({"$ref": "https://example.org/schema"}),
            json!({"$ref": "#"}),
            json!({"$ref": "#/$defs/%61", "$defs": {"a": true}}),
            json!({"$schema": "http://json-schema.org/draft-04/schema#"}),
            json!({"$defs": {"a": {"$id": "other"}}}),
            json!({"$defs": {"a": {"$anchor": "x"}}}),
            json!({"$dynamicRef": "#/$defs/a"}),
        ] {
            assert_eq!(check(&foreign), Err(SchemaError::Foreign), "{foreign}");
        }
        let nowhere = json!({"$ref": "#/$defs/none"});
        assert_eq!(check(&nowhere), Err(SchemaError::Invalid));
        // A field may have such a name.
        assert!(check(&json!({"properties": {"$id": {"type": "string"}}})).is_ok());
    }

    #[test]
    fn patterns_are_counted_wherever_they_stand() {
        let many = |count: usize| json!({"allOf": vec![json!({"pattern": "a"}); count]});
        assert!(check(&many(MOST_PATTERNS)).is_ok());
        assert_eq!(check(&many(MOST_PATTERNS + 1)), Err(SchemaError::TooLarge));
        let names: Map<String, Value> = (0..=MOST_PATTERNS)
            .map(|number| (format!("x{number}"), json!(true)))
            .collect();
        let names = json!({"patternProperties": names});
        assert_eq!(check(&names), Err(SchemaError::TooLarge));
        let long = json!({"patternProperties": {"a".repeat(300): true}});
        assert_eq!(check(&long), Err(SchemaError::TooLarge));
    }

    /// Whether there was an `a` so many letters ago has to be kept in mind for as many letters at once.
    fn dear(count: usize) -> String {
        format!("^(?:a|b)*a(?:a|b){{{count}}}c$")
    }

    fn keywords(schema: &Value, data: &Value) -> Vec<String> {
        let found = validate(schema, data, &Context::EMPTY).unwrap();
        found.into_iter().map(|problem| problem.keyword).collect()
    }

    #[test]
    fn patterns_that_compile_to_much_are_refused() {
        let validated = |pattern: &str, text: &str| {
            validate(&json!({"pattern": pattern}), &json!(text), &Context::EMPTY)
        };
        for pattern in ["(?:a|b)*a(?:a|b){2000}", &dear(2000)] {
            assert_eq!(validated(pattern, "ab"), Err(SchemaError::Invalid));
        }
        // What forms ask of names and numbers.
        for (pattern, text) in [
            ("^[0-9A-Z]{7,20}$", "4210587A001PB5"),
            (
                "^BY[0-9]{2}[A-Z]{4}[0-9]{4}[0-9A-Z]{16}$",
                "BY20OLMP31350000001000000933",
            ),
            ("^[\\p{L} '-]+$", "Янка Купала"),
            ("^[А-Яа-яЁёІіЎў' -]{1,50}( [А-Я]\\.)?$", "Купала Я."),
        ] {
            assert_eq!(validated(pattern, text), Ok(vec![]), "{pattern}");
        }
    }

    /// A pattern and a text that would take minutes, and much of both.
    #[test]
    fn matching_is_bounded_by_the_length_of_the_text() {
        let start = std::time::Instant::now();
        let text = |octets: usize| "abaabbab".repeat(octets / 8);
        let one = json!({"pattern": dear(800)});
        assert_eq!(keywords(&one, &json!(text(1 << 20))), ["textSize"]);
        assert_eq!(keywords(&one, &json!(text(1 << 15))), ["pattern"]);
        // What counts is the text as a whole, in however many values, and the names of members.
        let parts = json!(vec![text(1 << 10); 1 << 10]);
        let items = json!({"items": one});
        assert_eq!(keywords(&items, &parts), ["textSize"]);
        let names = json!({"patternProperties": {(dear(800)): true}});
        assert_eq!(keywords(&names, &json!({(text(1 << 20)): 1})), ["textSize"]);
        // A pattern that is referred to counts each time.
        let often = json!({"allOf": vec![json!({"$ref": "#/$defs/p"}); 99], "$defs": {"p": one}});
        let least = MOST_MATCHING / 100;
        assert_eq!(keywords(&often, &json!(text(least + 8))), ["textSize"]);
        assert_eq!(keywords(&often, &json!(text(least))), ["pattern"]);
        let many = json!({"allOf": vec![one; MOST_PATTERNS]});
        assert_eq!(keywords(&many, &json!(text(1 << 20))), ["textSize"]);
        assert_eq!(
            keywords(&many, &json!(text(MOST_MATCHING / MOST_PATTERNS))),
            ["pattern"]
        );
        // Nothing is matched when it is asked what is asked.
        let hidden =
            json!({"if": {"properties": {"a": many}}, "then": {"properties": {"b": false}}});
        let data = json!({"a": text(1 << 20), "b": "x"});
        assert_eq!(answered(&hidden, &data, &Context::EMPTY), Ok(data.clone()));
        assert!(asked(&hidden, &data, &Context::EMPTY).unwrap().is_empty());
        // Without a pattern no text is too long.
        assert_eq!(
            keywords(&json!({"type": "string"}), &json!(text(1 << 20))),
            [""; 0]
        );
        assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    }

    /// Long lists under many conditions: the most work that is done at all.
    #[test]
    fn work_over_lists_is_bounded() {
        let condition = |number: usize| {
            let name = format!("a{number}");
            json!({"if": {"required": [name]}, "else": {"properties": {name: false}}})
        };
        let all: Vec<Value> = (0..MOST_CONDITIONS).map(condition).collect();
        let schema = json!({"properties": {"list": {"items": {"allOf": all}}}});
        let nodes = check(&schema).unwrap().nodes;
        let filled = |count: usize| json!({"list": vec![json!({"a1": 1}); count]});
        let most = filled(MOST_WORK / nodes / 2 - 2);
        for found in [answered, tidied] {
            assert!(found(&schema, &most, &Context::EMPTY).is_ok());
        }
        let found = validate(&schema, &most, &Context::EMPTY).unwrap();
        assert!(found.iter().all(|problem| problem.keyword == "falseSchema"));
        let more = filled(MOST_WORK / nodes);
        let found = validate(&schema, &more, &Context::EMPTY).unwrap();
        assert_eq!(found.first().map(|one| one.keyword.as_str()), Some("size"));
        assert!(asked(&schema, &more, &Context::EMPTY).unwrap().is_empty());
        let conditions = json!({"allOf": (0..=MOST_CONDITIONS).map(condition).collect::<Vec<_>>()});
        assert_eq!(check(&conditions), Err(SchemaError::TooLarge));
    }

    #[test]
    fn size_is_bounded() {
        let wide = json!({"description": "x".repeat(LONGEST_SCHEMA)});
        assert_eq!(check(&wide), Err(SchemaError::TooLarge));
    }
}
