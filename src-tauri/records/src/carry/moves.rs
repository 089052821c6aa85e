//! Where each value of a draft goes.

use serde_json::{Map, Value};

use super::declared::declares;
use super::{AsideReason, Renamed};
use crate::form::pointer_part;

/// The new values, and what became of the old ones.
pub(super) struct Moves<'a> {
    /// The new form's values.
    pub(super) data: Value,
    /// What was set aside: JSON Pointer in the earlier form, value, reason.
    pub(super) aside: Vec<(String, Value, AsideReason)>,
    /// Where values went that have a place: pointers in the earlier and in the new form.
    placed: Vec<(String, String)>,
    schema: &'a Value,
    renamed: &'a Value,
}

impl<'a> Moves<'a> {
    pub(super) fn new(data: &Value, schema: &'a Value, renamed: &'a Value) -> Self {
        let mut moves = Self {
            data: Value::Object(Map::new()),
            aside: Vec::new(),
            placed: Vec::new(),
            schema,
            renamed,
        };
        let mut leaves = Vec::new();
        moves.walk(String::new(), data, &mut leaves);
        // What is named as renamed has its place first: the map says that the field is the same one.
        leaves.sort_by_key(|(path, _)| moves.new_name(path).is_none());
        for (path, value) in leaves {
            let name = moves.new_name(&path);
            let moved = name.is_some();
            let target = name.unwrap_or_else(|| path.clone());
            if !declares(schema, &target) {
                moves.aside.push((path, value, AsideReason::Gone));
            } else if put(&mut moves.data, &target, &value) {
                moves.placed.push((path, target));
            } else {
                let reason = if moved || moves.data.pointer(&target).is_none() {
                    AsideReason::Gone
                } else {
                    AsideReason::Replaced
                };
                moves.aside.push((path, value, reason));
            }
        }
        moves
    }

    /// The values that go somewhere as a whole: those that are no groups, renamed groups, and lists.
    /// Lists of groups keep their rows, and each row's values go by themselves.
    fn walk(&mut self, path: String, value: &Value, leaves: &mut Vec<(String, Value)>) {
        let renamed = !path.is_empty() && self.new_name(&path).is_some();
        match value {
            Value::Object(members) if !renamed && (path.is_empty() || !members.is_empty()) => {
                for (name, member) in members {
                    self.walk(format!("{path}/{}", pointer_part(name)), member, leaves);
                }
            }
            Value::Array(rows)
                if !renamed
                    && !rows.is_empty()
                    && rows.iter().all(Value::is_object)
                    && declares(self.schema, &format!("{path}/0"))
                    && put(
                        &mut self.data,
                        &path,
                        &Value::Array(vec![Value::Object(Map::new()); rows.len()]),
                    ) =>
            {
                for (index, row) in rows.iter().enumerate() {
                    for (name, member) in row.as_object().into_iter().flatten() {
                        self.walk(
                            format!("{path}/{index}/{}", pointer_part(name)),
                            member,
                            leaves,
                        );
                    }
                }
            }
            other => leaves.push((path, other.clone())),
        }
    }

    /// The field that the field has become, where the new form names it. `*` stands for each row.
    fn new_name(&self, path: &str) -> Option<String> {
        if let Some(name) = self.renamed.get(path).and_then(Value::as_str) {
            return Some(name.to_owned());
        }
        let is_index =
            |part: &&str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
        let parts: Vec<&str> = path.split('/').collect();
        let mut indexes = parts.iter().copied().filter(|part| is_index(part));
        let pattern: Vec<&str> = parts
            .iter()
            .map(|part| if is_index(part) { "*" } else { part })
            .collect();
        let name = self.renamed.get(pattern.join("/"))?.as_str()?;
        let parts: Vec<&str> = name
            .split('/')
            .map(|part| {
                if part == "*" {
                    indexes.next().unwrap_or(part)
                } else {
                    part
                }
            })
            .collect();
        Some(parts.join("/"))
    }

    /// Takes a value out again that turned out not to fit; out of a list, the whole list.
    pub(super) fn set_aside(&mut self, path: &str) {
        let mut path = path;
        loop {
            let Some((parent, part)) = path.rsplit_once('/') else {
                return;
            };
            match self.data.pointer_mut(parent) {
                Some(Value::Object(members)) => {
                    let name = part.replace("~1", "/").replace("~0", "~");
                    if let Some(value) = members.remove(&name) {
                        let origin = self.origin(path);
                        self.aside.push((origin, value, AsideReason::Unfit));
                    }
                    return;
                }
                Some(Value::Array(_)) => path = parent,
                _ => return,
            }
        }
    }

    /// The pointer in the earlier form of what stands there in the new one.
    pub(super) fn origin(&self, target: &str) -> String {
        replaced(self.placed.iter().map(|(from, to)| (to, from)), target)
            .unwrap_or_else(|| target.to_owned())
    }

    /// The pointer in the new form of what stood there in the earlier one; `None` when it went nowhere.
    pub(super) fn target(&self, origin: &str) -> Option<String> {
        replaced(self.placed.iter().map(|(from, to)| (from, to)), origin)
    }

    /// The values that stand in another field now.
    pub(super) fn renamed(&self) -> Vec<Renamed> {
        self.placed
            .iter()
            .filter(|(from, to)| from != to && self.data.pointer(to).is_some())
            .map(|(from, to)| Renamed {
                from: from.clone(),
                to: to.clone(),
            })
            .collect()
    }
}

/// The pointer with the beginning that is known replaced by its pair.
fn replaced<'p>(
    pairs: impl Iterator<Item = (&'p String, &'p String)>,
    pointer: &str,
) -> Option<String> {
    let mut pairs = pairs;
    pairs.find_map(|(from, to)| {
        let rest = pointer.strip_prefix(from.as_str())?;
        (rest.is_empty() || rest.starts_with('/')).then(|| format!("{to}{rest}"))
    })
}

/// Puts a value where nothing is yet, with the groups around it. Whether it could.
fn put(data: &mut Value, pointer: &str, value: &Value) -> bool {
    let Some((parents, last)) = pointer.rsplit_once('/') else {
        return false;
    };
    let name = |part: &str| part.replace("~1", "/").replace("~0", "~");
    let mut place = data;
    for part in parents.split('/').skip(1) {
        let part = name(part);
        place = match place {
            Value::Object(members) => members
                .entry(part)
                .or_insert_with(|| Value::Object(Map::new())),
            Value::Array(rows) => match part
                .parse()
                .ok()
                .and_then(|index: usize| rows.get_mut(index))
            {
                Some(row) => row,
                None => return false,
            },
            _ => return false,
        };
    }
    match place {
        Value::Object(members) if !members.contains_key(&name(last)) => {
            members.insert(name(last), value.clone());
            true
        }
        _ => false,
    }
}
