//! Whether a form has a field.

use serde_json::Value;

/// Most schemas that are looked at for one part of a pointer; the bounds of a form allow no more that
/// mean anything.
const MOST: usize = 256;

/// Whether the schema describes a value at the JSON Pointer: through `properties` and `items`, also
/// behind references, conditions and combinations.
pub(super) fn declares(schema: &Value, pointer: &str) -> bool {
    let mut level = all(schema, vec![schema]);
    for part in pointer.split('/').skip(1) {
        let name = part.replace("~1", "/").replace("~0", "~");
        let mut below = Vec::new();
        for node in &level {
            below.extend(node["properties"].get(&name));
            if name.bytes().all(|digit| digit.is_ascii_digit()) && !name.is_empty() {
                below.extend(node.get("items").filter(|items| items.is_object()));
                let index = name
                    .parse()
                    .ok()
                    .and_then(|index: usize| node["prefixItems"].get(index));
                below.extend(index);
            }
        }
        level = all(schema, below);
        if level.is_empty() {
            return false;
        }
    }
    true
}

/// The nodes with those that say more about the same value.
fn all<'a>(root: &'a Value, nodes: Vec<&'a Value>) -> Vec<&'a Value> {
    let mut found: Vec<&Value> = Vec::new();
    let mut next = nodes;
    while let Some(node) = next.pop() {
        // A field that may have no value at all is no field.
        if node == &Value::Bool(false) || found.len() >= MOST {
            continue;
        }
        found.push(node);
        if let Some(target) = node["$ref"]
            .as_str()
            .and_then(|text| text.strip_prefix('#'))
        {
            next.extend(root.pointer(target));
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            next.extend(node[keyword].as_array().into_iter().flatten());
        }
        for keyword in ["if", "then", "else"] {
            next.extend(node.get(keyword));
        }
        next.extend(
            node["dependentSchemas"]
                .as_object()
                .into_iter()
                .flat_map(|members| members.values()),
        );
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_found_wherever_the_schema_names_them() {
        let schema = json!({
            "$defs": {"address": {"properties": {"city": {}}}},
            "properties": {"a/b": {}, "home": {"$ref": "#/$defs/address"}, "no": false,
                "children": {"items": {"properties": {"name": {}}}}},
            "then": {"properties": {"why": {}}},
        });
        for pointer in [
            "",
            "/a~1b",
            "/home/city",
            "/children/7/name",
            "/children/0",
            "/why",
        ] {
            assert!(declares(&schema, pointer), "{pointer}");
        }
        for pointer in [
            "/a",
            "/home/street",
            "/children/name",
            "/children/0/age",
            "/no",
            "/city",
        ] {
            assert!(!declares(&schema, pointer), "{pointer}");
        }
    }
}
