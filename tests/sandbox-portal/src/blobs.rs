//! Blobs: what was uploaded, put together from pieces (RFC 9404), and checked as attachments.

use base64ct::{Base64, Encoding as _};
use kabinet_records::Attachment;
use kabinet_stb::hash::belt_hash;
use serde_json::{Map, Value, json};

use crate::jmap::{LARGEST_UPLOAD, Outcome, failed, method_error};
use crate::portal::Portal;
use crate::store::Store;

/// Pieces of a blob.
const MOST_SOURCES: usize = 64;
/// Files of an application.
const MOST_ATTACHMENTS: usize = 20;
/// Octets of all files of an application.
const LARGEST_TOGETHER: u64 = 100 * 1024 * 1024;

/// What the account may do (RFC 9404, section 3.1).
#[must_use]
pub fn limits() -> Value {
    json!({
        "maxSizeBlobSet": LARGEST_UPLOAD,
        "maxDataSources": MOST_SOURCES,
        "supportedTypeNames": [],
        "supportedDigestAlgorithms": [],
    })
}

/// The name of a blob.
#[must_use]
pub fn name(octets: &[u8]) -> String {
    format!("G{}", hex::encode(belt_hash(octets)))
}

/// `Blob/get`, of the properties `size` and `data:asBase64`.
///
/// # Errors
/// The method error.
pub fn get(portal: &Portal, account: &str, arguments: &Map<String, Value>) -> Outcome {
    let ids = arguments.get("ids").and_then(Value::as_array);
    let ids = ids.ok_or_else(|| method_error("invalidArguments"))?;
    let properties = arguments.get("properties").and_then(Value::as_array);
    let with_data = properties.is_some_and(|names| names.contains(&json!("data:asBase64")));
    let (mut list, mut missing) = (Vec::new(), Vec::new());
    for id in ids {
        let name = id.as_str().unwrap_or_default();
        let store = portal.store();
        let Some(size) = store.blob_size(account, name).map_err(failed)? else {
            missing.push(id.clone());
            continue;
        };
        let mut found = json!({ "id": id, "size": size });
        if with_data {
            let octets = store.blob(account, name).map_err(failed)?;
            let (part, cut) = part(octets.unwrap_or_default(), arguments)?;
            found["data:asBase64"] = Base64::encode_string(&part).into();
            found["isTruncated"] = cut.into();
        }
        list.push(found);
    }
    Ok(json!({ "accountId": account, "list": list, "notFound": missing }))
}

/// The octets that `offset` and `length` ask for, and whether there are fewer of them.
fn part(octets: Vec<u8>, arguments: &Map<String, Value>) -> Result<(Vec<u8>, bool), Value> {
    let number = |name: &str| match arguments.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(number) => number
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
            .map(Some)
            .ok_or_else(|| method_error("invalidArguments")),
    };
    let from = number("offset")?.unwrap_or(0).min(octets.len());
    let wanted = number("length")?.unwrap_or(octets.len() - from);
    let to = from.saturating_add(wanted).min(octets.len());
    Ok((octets[from..to].to_vec(), to - from < wanted))
}

/// Changes the last octet of each blob in an answer.
pub fn falsify(answer: &mut Value) {
    let list = answer.get_mut("list").and_then(Value::as_array_mut);
    for blob in list.into_iter().flatten() {
        let data = blob.get_mut("data:asBase64");
        let octets = data
            .as_ref()
            .and_then(|data| Base64::decode_vec(data.as_str()?).ok());
        if let (Some(data), Some(mut octets)) = (data, octets) {
            if let Some(last) = octets.last_mut() {
                *last ^= 1;
            }
            *data = Base64::encode_string(&octets).into();
        }
    }
}

/// `Blob/upload`: makes blobs out of others and of texts.
///
/// # Errors
/// The method error.
pub fn upload(portal: &Portal, account: &str, arguments: &Map<String, Value>) -> Outcome {
    let wishes = arguments.get("create").and_then(Value::as_object);
    let wishes = wishes.ok_or_else(|| method_error("invalidArguments"))?;
    let (mut created, mut refused) = (Map::new(), Map::new());
    for (key, wish) in wishes {
        match put_together(portal, account, wish) {
            Ok(blob) => created.insert(key.clone(), blob),
            Err(error) => refused.insert(key.clone(), error),
        };
    }
    Ok(json!({ "accountId": account, "created": created, "notCreated": refused }))
}

fn put_together(portal: &Portal, account: &str, wish: &Value) -> Outcome {
    let sources = wish["data"]
        .as_array()
        .filter(|sources| !sources.is_empty() && sources.len() <= MOST_SOURCES)
        .ok_or_else(|| json!({ "type": "invalidProperties", "properties": ["data"] }))?;
    let mut octets = Vec::new();
    for source in sources {
        octets.extend(source_octets(&portal.store(), account, source)?);
        if octets.len() > LARGEST_UPLOAD {
            return Err(json!({ "type": "tooLarge", "maxSize": LARGEST_UPLOAD }));
        }
    }
    let id = name(&octets);
    let full = portal.is_full(account, &id, octets.len());
    if full.map_err(failed)? {
        return Err(json!({ "type": "overQuota", "description": "no room for so many octets" }));
    }
    portal
        .store()
        .add_blob(account, &id, &octets)
        .map_err(failed)?;
    let kind = wish["type"].as_str().unwrap_or("application/octet-stream");
    Ok(json!({ "id": id, "type": kind, "size": octets.len() }))
}

/// The octets of a DataSourceObject: a text, or a blob, of which `offset` and `length` may cut a part.
fn source_octets(store: &Store, account: &str, source: &Value) -> Result<Vec<u8>, Value> {
    if let Some(text) = source["data:asText"].as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    let id = source["blobId"].as_str().unwrap_or_default();
    let octets = store
        .blob(account, id)
        .map_err(failed)?
        .ok_or_else(|| json!({ "type": "blobNotFound", "notFound": [id] }))?;
    let number = |name: &str| {
        source[name]
            .as_u64()
            .and_then(|number| usize::try_from(number).ok())
    };
    let from = number("offset").unwrap_or(0);
    let to = number("length").map_or(octets.len(), |length| from.saturating_add(length));
    octets
        .get(from..to)
        .map(<[u8]>::to_vec)
        .ok_or_else(|| json!({ "type": "invalidProperties", "properties": ["data"] }))
}

/// Names of the blobs of files.
#[must_use]
pub fn names(attachments: &[Attachment]) -> Vec<String> {
    let name = |file: &Attachment| format!("G{}", file.hash);
    attachments.iter().map(name).collect()
}

/// Checks the files of an application: those that the manifest names, each uploaded, named in the
/// create, of the length and the kind that was signed.
///
/// # Errors
/// The SetError.
pub fn check_attachments(
    store: &Store,
    account: &str,
    attachments: &[Attachment],
    named: &Value,
) -> Result<(), Value> {
    let together = attachments
        .iter()
        .fold(0_u64, |sum, file| sum.saturating_add(file.size));
    if attachments.len() > MOST_ATTACHMENTS || together > LARGEST_TOGETHER {
        return Err(json!({ "type": "overQuota", "description": "too many or too large files" }));
    }
    let expected = names(attachments);
    let named: Vec<&str> = named
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if let Some(stranger) = named
        .iter()
        .find(|name| !expected.iter().any(|one| one == *name))
    {
        return Err(
            json!({ "type": "attachmentMismatch", "blobId": stranger, "description": "not signed" }),
        );
    }
    for (file, blob) in attachments.iter().zip(&expected) {
        let octets = if named.contains(&blob.as_str()) {
            store.blob(account, blob).map_err(failed)?
        } else {
            None
        };
        let octets =
            octets.ok_or_else(|| json!({ "type": "attachmentMissing", "blobId": blob }))?;
        if octets.len() as u64 != file.size {
            return Err(
                json!({ "type": "attachmentMismatch", "blobId": blob, "description": "size" }),
            );
        }
        if kind(&octets) != Some(file.media_type.as_str()) {
            return Err(
                json!({ "type": "attachmentMismatch", "blobId": blob, "description": "kind" }),
            );
        }
    }
    Ok(())
}

/// The kinds that the portal takes, by how their files begin.
fn kind(octets: &[u8]) -> Option<&'static str> {
    let begins = |sign: &[u8]| octets.starts_with(sign);
    if begins(b"%PDF-") {
        Some("application/pdf")
    } else if begins(b"\xFF\xD8\xFF") {
        Some("image/jpeg")
    } else if begins(b"\x89PNG\r\n\x1A\n") {
        Some("image/png")
    } else if begins(b"II*\0") || begins(b"MM\0*") {
        Some("image/tiff")
    } else if octets.get(4..12).is_some_and(|brand| {
        brand.starts_with(b"ftyp") && matches!(&brand[4..], b"heic" | b"heix" | b"mif1" | b"msf1")
    }) {
        Some("image/heif")
    } else {
        None
    }
}
