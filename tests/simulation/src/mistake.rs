//! Mistakes that the world can be given. Whoever says that nothing is lost has to show that a loss
//! would have been noticed: each of these must be found.
//!
//! They are made where the simulation stands in for the world, between what a computer sends and
//! what it hears, and on its disk when the power is gone; the product knows nothing of them.

use serde_json::{Map, Value};

/// Something that is wrong with the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mistake {
    /// A computer that takes what it has asked the portal to register out of its outbox before it
    /// knows the answer: when it stops in between, nobody has the application any more.
    ForgetsBeforeAnswer,
    /// A portal that registers a repeated application once more, where it should answer
    /// `alreadyExists`.
    RegistersAgain,
    /// The same with a letter.
    DeliversAgain,
    /// A merge that keeps of each field the version that counts, and none beside it.
    DropsLoser,
    /// A portal that does not tell of what was done at another computer.
    LeavesOutChanges,
    /// A disk that says that a transaction is kept and loses it when the power goes.
    LosesTransactions,
}

impl Mistake {
    /// Every one.
    pub const ALL: [Self; 6] = [
        Self::ForgetsBeforeAnswer,
        Self::RegistersAgain,
        Self::DeliversAgain,
        Self::DropsLoser,
        Self::LeavesOutChanges,
        Self::LosesTransactions,
    ];

    /// What arrives of a request's body.
    pub(crate) fn on_the_way_there(self, body: &[u8]) -> Option<Vec<u8>> {
        if self != Self::DropsLoser {
            return None;
        }
        let mut request: Value = serde_json::from_slice(body).ok()?;
        for call in request.get_mut("methodCalls")?.as_array_mut()? {
            if call[0] == "Draft/set" {
                for kind in ["create", "update"] {
                    let documents = call[1].get_mut(kind).and_then(Value::as_object_mut);
                    documents
                        .into_iter()
                        .flat_map(Map::values_mut)
                        .for_each(drop_losers);
                }
            }
        }
        serde_json::to_vec(&request).ok()
    }

    /// What is heard of an answer's body. `registered_again` is told of each application or letter
    /// that the portal has twice then.
    pub(crate) fn on_the_way_back(
        self,
        body: &[u8],
        mut registered_again: impl FnMut(&str),
    ) -> Option<Vec<u8>> {
        if !matches!(
            self,
            Self::RegistersAgain | Self::DeliversAgain | Self::LeavesOutChanges
        ) {
            return None;
        }
        let mut reply: Value = serde_json::from_slice(body).ok()?;
        for answer in reply.get_mut("methodResponses")?.as_array_mut()? {
            let name = answer[0].as_str().unwrap_or_default().to_owned();
            match (self, name.as_str()) {
                (Self::RegistersAgain, "Application/set")
                | (Self::DeliversAgain, "Message/set") => {
                    let refused = answer[1]["notCreated"].as_object().cloned();
                    for (id, why) in refused.into_iter().flatten() {
                        if why["type"] == "alreadyExists" {
                            registered_again(&id);
                            answer[1]["created"][&id] = serde_json::json!({ "id": id });
                        }
                    }
                }
                // What the changes name; a whole list comes under another name.
                (Self::LeavesOutChanges, "Application/get") if answer[2] == "Apn" => {
                    answer[1]["list"] = Value::Array(Vec::new());
                }
                _ => {}
            }
        }
        serde_json::to_vec(&reply).ok()
    }
}

/// Leaves of each field's versions the one that counts: the latest, but one with a value before one
/// without.
fn drop_losers(document: &mut Value) {
    let fields = document.get_mut("fields").and_then(Value::as_object_mut);
    for versions in fields.into_iter().flat_map(Map::values_mut) {
        let list = versions.as_array().into_iter().flatten();
        let winner = list.max_by_key(|version| {
            let stamp = version["stamp"].as_str().unwrap_or_default().to_owned();
            (version.get("value").is_some(), stamp)
        });
        if let Some(winner) = winner.cloned() {
            *versions = Value::Array(vec![winner]);
        }
    }
}
