//! A form's values taken apart into fields, and put together again.
//!
//! A field is what stands at a JSON Pointer (RFC 6901) and is no object with members: a text, a
//! number, a yes or no, and also a whole array. The rows of a repeated group have no names that
//! would outlast the insertion of another row, so the group is one field.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The fields of an object, by their pointers.
pub(crate) fn leaves(data: &Value) -> BTreeMap<String, &Value> {
    let mut found = BTreeMap::new();
    let mut open = vec![(String::new(), data)];
    while let Some((pointer, value)) = open.pop() {
        match value.as_object() {
            Some(members) if !members.is_empty() => open.extend(
                members
                    .iter()
                    .map(|(name, value)| (format!("{pointer}/{}", escaped(name)), value)),
            ),
            // Nothing was filled in at all.
            Some(_) if pointer.is_empty() => {}
            _ => {
                found.insert(pointer, value);
            }
        }
    }
    found
}

/// Puts a field in. What stands in its way, a value where an object must be or the other way
/// round, gives way.
pub(crate) fn put(data: &mut Value, pointer: &str, value: Value) {
    let mut place = data;
    for name in pointer.split('/').skip(1) {
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(members) = place else {
            return;
        };
        place = members.entry(plain(name)).or_insert(Value::Null);
    }
    *place = value;
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn plain(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_come_apart_and_arrays_stay_whole() {
        let data = json!({"a": 1, "b": {"c/d": "x", "e": {}}, "rows": [{"n": 1}, {"n": 2}]});
        let found = leaves(&data);
        let pointers: Vec<&str> = found.keys().map(String::as_str).collect();
        assert_eq!(pointers, ["/a", "/b/c~1d", "/b/e", "/rows"]);
        let mut again = json!({});
        for (pointer, value) in found {
            put(&mut again, &pointer, value.clone());
        }
        assert_eq!(again, data);
        assert!(leaves(&json!({})).is_empty());
    }

    #[test]
    fn the_later_shape_stands() {
        let mut data = json!({"a": "text"});
        put(&mut data, "/a/b", json!(1));
        assert_eq!(data, json!({"a": {"b": 1}}));
        put(&mut data, "/a", json!("text"));
        assert_eq!(data, json!({"a": "text"}));
    }
}
