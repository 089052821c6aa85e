//! Files of an application: put together from pieces, checked against what was signed.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::application::{Area, manifest};

fn file(octets: &[u8], kind: &str) -> Value {
    let hash = sandbox_portal::blobs::name(octets)[1..].to_owned();
    json!({"name": "a.pdf", "mediaType": kind, "size": octets.len(), "hash": hash})
}

fn pdf(length: usize) -> Vec<u8> {
    let mut octets = b"%PDF-1.7\n".to_vec();
    octets.resize(length, b'x');
    octets
}

/// Creates an application with these files in its manifest, naming these blobs; the SetError.
fn create(area: &Area, files: &[&Value], blobs: &[&str]) -> Result<Value, Value> {
    let id = Uuid::now_v7().to_string();
    let mut manifest = manifest(&id);
    manifest["attachments"] = json!(files);
    let signature = area.upload(&area.signed(&manifest));
    area.create_with(json!({"id": id, "signatureBlobId": signature, "attachmentBlobIds": blobs}))
}

#[test]
fn pieces_are_put_together() {
    let area = Area::new();
    let whole = pdf(100_000);
    let (first, second) = whole.split_at(40_000);
    let (first, second) = (area.upload(first), area.upload(second));
    let wish = json!({
        "f": {"data": [{"blobId": first}, {"blobId": second}], "type": "application/pdf"},
        "part": {"data": [{"blobId": first, "offset": 0, "length": 5}, {"data:asText": "ok"}]},
        "beyond": {"data": [{"blobId": first, "offset": 39_999, "length": 2}]},
        "gone": {"data": [{"blobId": first}, {"blobId": "G0"}]},
        "empty": {"data": []},
    });
    let (name, answer) = area.call("Blob/upload", &[("create", wish)]);
    assert_eq!(name, "Blob/upload");
    let id = sandbox_portal::blobs::name(&whole);
    assert_eq!(
        answer["created"]["f"],
        json!({"id": id, "type": "application/pdf", "size": 100_000})
    );
    let part = sandbox_portal::blobs::name(b"%PDF-ok");
    assert_eq!(answer["created"]["part"]["id"], part.as_str());
    let refused = |name: &str| answer["notCreated"][name]["type"].clone();
    assert_eq!(refused("beyond"), "invalidProperties");
    assert_eq!(refused("gone"), "blobNotFound");
    assert_eq!(answer["notCreated"]["gone"]["notFound"], json!(["G0"]));
    assert_eq!(refused("empty"), "invalidProperties");

    let ids = json!([first, "G0", id]);
    let (_, answer) = area.call("Blob/get", &[("ids", ids), ("properties", json!(["size"]))]);
    assert_eq!(
        answer["list"],
        json!([{"id": first, "size": 40_000}, {"id": id, "size": 100_000}])
    );
    assert_eq!(answer["notFound"], json!(["G0"]));
}

#[test]
fn files_must_be_what_was_signed() {
    let area = Area::new();
    let octets = pdf(1000);
    let blob = area.upload(&octets);
    let good = file(&octets, "application/pdf");
    let refusal =
        |files: &[&Value], blobs: &[&str]| create(&area, files, blobs).unwrap_err()["type"].clone();
    // Not uploaded, or not named.
    let other = file(&pdf(1001), "application/pdf");
    let other_blob = format!("G{}", other["hash"].as_str().unwrap());
    assert_eq!(refusal(&[&other], &[&other_blob]), "attachmentMissing");
    assert_eq!(refusal(&[&good], &[]), "attachmentMissing");
    // Named, but not signed.
    assert_eq!(refusal(&[], &[&blob]), "attachmentMismatch");
    let mut longer = good.clone();
    longer["size"] = json!(1001);
    assert_eq!(refusal(&[&longer], &[&blob]), "attachmentMismatch");
    let mut otherwise = good.clone();
    otherwise["mediaType"] = json!("image/png");
    assert_eq!(refusal(&[&otherwise], &[&blob]), "attachmentMismatch");
    let program = b"MZ\x90\x00 a program".to_vec();
    let disguised = file(&program, "application/pdf");
    let program = area.upload(&program);
    assert_eq!(refusal(&[&disguised], &[&program]), "attachmentMismatch");
    let mut large = good.clone();
    large["size"] = json!(200_u64 << 20);
    assert_eq!(refusal(&[&large], &[&blob]), "overQuota");
    let mut more = good.clone();
    more["extra"] = json!(1);
    assert_eq!(refusal(&[&more], &[&blob]), "invalidManifest");
    // Twice, and so not in ascending order.
    assert_eq!(refusal(&[&good, &good], &[&blob]), "invalidManifest");

    let object = create(&area, &[&good], &[&blob]).unwrap();
    assert_eq!(object["status"], "registered");
    let uploads = area.world.client.raw("GET", "/sandbox/uploads", "", &[]);
    assert_eq!(uploads.unwrap().json()[&blob], 1);
}

#[test]
fn files_of_a_letter_must_be_what_was_signed() {
    let area = Area::new();
    let application = create(&area, &[], &[]).unwrap();
    let octets = pdf(1000);
    let (blob, good) = (area.upload(&octets), file(&octets, "application/pdf"));
    let write = |files: &[&Value], blobs: &[&str]| {
        let id = Uuid::now_v7().to_string();
        let letter = json!({
            "type": "kabinet-reply", "version": 1, "message": id,
            "application": application["id"], "applicant": {"name": {"be": "А"}}, "text": "",
            "attachments": files, "created": "2026-11-23T10:00:00Z",
        });
        let signature = area.upload(&area.signed(&letter));
        let wish = json!({"id": id, "signatureBlobId": signature, "attachmentBlobIds": blobs});
        let (_, answer) = area.call("Message/set", &[("create", json!({ &id: wish }))]);
        match answer["created"][&id].clone() {
            Value::Null => Err(answer["notCreated"][&id]["type"].clone()),
            message => Ok(message),
        }
    };
    assert_eq!(write(&[], &[]), Err(json!("invalidManifest")));
    assert_eq!(write(&[&good], &[]), Err(json!("attachmentMissing")));
    let mut other = good.clone();
    other["size"] = json!(999);
    assert_eq!(write(&[&other], &[&blob]), Err(json!("attachmentMismatch")));
    other = good.clone();
    other["mediaType"] = json!("image/png");
    assert_eq!(write(&[&other], &[&blob]), Err(json!("attachmentMismatch")));
    let message = write(&[&good], &[&blob]).unwrap();
    assert_eq!(message["attachmentBlobIds"], json!([blob]));
}
