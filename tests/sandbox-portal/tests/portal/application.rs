//! Applications: signed, uploaded, created, repeated, refused.

use std::collections::BTreeMap;

use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::hash::belt_hash;
use sandbox_portal::authority::TerminalKind;
use sandbox_portal::der::{algorithm, nest, oid, sequence, tlv};
use sandbox_portal::manifest::canonical;
use sandbox_portal::x509::Certificate;
use sandbox_portal::{clock, oids};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{REQUIRED, World};

/// CAdES-B by hand with the key that a card file holds.
fn sign(card_file: &str, content: &[u8]) -> Vec<u8> {
    sign_with(card_file, content, |_| Vec::new())
}

/// The same with unsigned attributes, made from the value of the signature.
fn sign_with(card_file: &str, content: &[u8], more: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let card: Value = serde_json::from_str(card_file).unwrap();
    let octets = |name: &str| {
        let text = card["esign"]["keys"][0][name].as_str().unwrap();
        hex::decode(text).unwrap()
    };
    let key = PrivateKey::from_bytes(Level::L128, &octets("private_key")).unwrap();
    let certificate = octets("certificate");
    let parsed = Certificate::parse(&certificate).unwrap();
    let digest = algorithm(oids::BELT_HASH);
    let attribute = |id: &[u8], value: Vec<u8>| sequence(&[&oid(id), &tlv(0x31, &value)]);
    let time = clock::utc_time(clock::seconds());
    let reference = sequence(&[&digest, &tlv(0x04, &belt_hash(&certificate))]);
    let mut attributes = [
        attribute(oids::CONTENT_TYPE, oid(oids::DATA)),
        attribute(oids::MESSAGE_DIGEST, tlv(0x04, &belt_hash(content))),
        attribute(oids::SIGNING_TIME, tlv(0x17, time.as_bytes())),
        attribute(
            oids::SIGNING_CERTIFICATE_V2,
            sequence(&[&sequence(&[&reference])]),
        ),
    ];
    attributes.sort();
    let attributes = attributes.concat();
    let hash = belt_hash(&tlv(0x31, &attributes));
    let value = key.sign_hash(oids::BELT_HASH, &hash);
    let signer = sequence(&[
        &[2, 1, 1],
        &sequence(&[&parsed.issuer, &parsed.serial]),
        &digest,
        &tlv(0xA0, &attributes),
        &algorithm(oids::BIGN_WITH_HBELT),
        &tlv(0x04, &value),
        &more(&value),
    ]);
    let wrapped = tlv(0xA0, &tlv(0x04, content));
    let signed = sequence(&[
        &[2, 1, 1],
        &tlv(0x31, &digest),
        &sequence(&[&oid(oids::DATA), &wrapped]),
        &tlv(0xA0, &certificate),
        &tlv(0x31, &signer),
    ]);
    sequence(&[&oid(oids::SIGNED_DATA), &nest(0xA0, &[&signed])])
}

pub(crate) fn manifest(id: &str) -> Value {
    json!({
        "type": "kabinet-application",
        "version": 1,
        "application": id,
        "procedure": { "id": "2.2", "version": 1 },
        "applicant": { "personalNumber": "PNOBY-4210587A001PB5", "name": {} },
        "data": {
            "familyName": "Янкоўская",
            "givenName": "Алена",
            "personalNumber": "4210587A001PB5",
            "residence": "г. Мінск, вул. Якуба Коласа, д. 12",
            "employer": "ААТ «Прыклад»",
            "purpose": "bank",
            "copies": 1,
            "delivery": "electronic",
            "confirmed": true,
        },
        "attachments": [],
        "created": "2026-11-23T16:00:00Z",
    })
}

pub(crate) struct Area {
    pub(crate) world: World,
    token: String,
    account: String,
}

impl Area {
    pub(crate) fn new() -> Self {
        let mut world = World::new(TerminalKind::Valid);
        let tokens = world
            .holder("citizen")
            .sign_in(&mut world.client, &REQUIRED);
        let account = tokens.claims["sub"].as_str().unwrap().to_owned();
        Self {
            world,
            token: tokens.access,
            account,
        }
    }

    pub(crate) fn call(&self, name: &str, more: &[(&str, Value)]) -> (String, Value) {
        let mut arguments: BTreeMap<&str, Value> = more
            .iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect();
        arguments.insert("accountId", json!(self.account));
        self.world.client.call(&self.token, name, &json!(arguments))
    }

    pub(crate) fn put(&self, octets: &[u8]) -> crate::client::Answer {
        let path = format!("/jmap/upload/{}/", self.account);
        self.world.client.area("POST", &path, &self.token, octets)
    }

    pub(crate) fn upload(&self, octets: &[u8]) -> String {
        let answer = self.put(octets);
        assert_eq!(answer.status, 201, "{}", answer.text);
        let id = answer.json()["blobId"].as_str().unwrap().to_owned();
        assert_eq!(id, format!("G{}", hex::encode(belt_hash(octets))));
        id
    }

    /// The created object, or the SetError.
    fn create(&self, id: &str, blob: &str) -> Result<Value, Value> {
        self.create_with(json!({ "id": id, "signatureBlobId": blob }))
    }

    pub(crate) fn create_with(&self, wish: Value) -> Result<Value, Value> {
        let wish = json!({ "k": wish });
        let (name, answer) = self.call("Application/set", &[("create", wish)]);
        assert_eq!(name, "Application/set");
        match answer["created"].get("k") {
            Some(object) => Ok(object.clone()),
            None => Err(answer["notCreated"]["k"].clone()),
        }
    }

    pub(crate) fn signed(&self, manifest: &Value) -> Vec<u8> {
        sign(
            &self.world.card_file("citizen"),
            canonical(manifest).as_bytes(),
        )
    }

    fn refusal(&self, id: &str, manifest: &Value) -> Value {
        self.create(id, &self.upload(&self.signed(manifest)))
            .unwrap_err()
    }
}

#[test]
fn an_application_is_registered_once() {
    let area = Area::new();
    let id = Uuid::now_v7().to_string();
    let signature = sign(
        &area.world.card_file("citizen"),
        canonical(&manifest(&id)).as_bytes(),
    );
    let before = area.call("Application/get", &[("ids", Value::Null)]).1;
    assert_eq!(before["list"], json!([]));
    let blob = area.upload(&signature);
    let object = area.create(&id, &blob).unwrap();
    assert_eq!(object["status"], "registered");
    assert!(
        object["registrationNumber"]
            .as_str()
            .unwrap()
            .ends_with("-000001")
    );
    assert!(object["deadline"].as_str() > object["submittedAt"].as_str());

    let again = area.create(&id, &blob).unwrap_err();
    assert_eq!(again, json!({ "type": "alreadyExists", "existingId": id }));
    let all = area
        .world
        .client
        .raw("GET", "/sandbox/applications", "", &[]);
    assert_eq!(all.unwrap().json().as_array().unwrap().len(), 1);

    let since = ("sinceState", before["state"].clone());
    let changes = area
        .call("Application/changes", std::slice::from_ref(&since))
        .1;
    assert_eq!(changes["created"], json!([id]));
    let note = json!({ "be": "Прынята", "ru": "Принято", "en": "Taken" });
    let order = json!({ "status": "accepted", "note": note }).to_string();
    let path = format!("/sandbox/applications/{id}");
    let moved = area.world.client.raw("POST", &path, "", order.as_bytes());
    assert_eq!(moved.unwrap().status, 200);
    let since = ("sinceState", changes["newState"].clone());
    let changes = area
        .call("Application/changes", std::slice::from_ref(&since))
        .1;
    assert_eq!(changes["updated"], json!([id]));
    let list = area.call("Application/get", &[("ids", json!([id, "x"]))]).1;
    assert_eq!(list["list"][0]["status"], "accepted");
    assert_eq!(list["list"][0]["history"].as_array().unwrap().len(), 2);
    assert_eq!(list["notFound"], json!(["x"]));
    let (name, error) = area.call("Application/changes", &[("sinceState", json!("77"))]);
    assert_eq!(
        (name.as_str(), &error["type"]),
        ("error", &json!("cannotCalculateChanges"))
    );
}

#[test]
fn a_restart_loses_nothing() {
    let mut area = Area::new();
    let id = Uuid::now_v7().to_string();
    let signature = sign(
        &area.world.card_file("citizen"),
        canonical(&manifest(&id)).as_bytes(),
    );
    let blob = area.upload(&signature);
    let object = area.create(&id, &blob).unwrap();
    // A second server on the same folder knows what the first one did.
    area.world.client.url = crate::serve(area.world.folder.path(), TerminalKind::Valid);
    let list = area.call("Application/get", &[("ids", Value::Null)]).1;
    assert_eq!(list["list"], json!([object]));
    assert_eq!(
        area.create(&id, &blob).unwrap_err()["type"],
        "alreadyExists"
    );
}

#[test]
fn bad_signatures_are_refused() {
    let area = Area::new();
    let id = Uuid::now_v7().to_string();
    let text = canonical(&manifest(&id));
    let good = sign(&area.world.card_file("citizen"), text.as_bytes());
    let content = good
        .windows(text.len())
        .position(|window| window == text.as_bytes())
        .unwrap();
    // In the content, in a signed attribute near the end, in the signature itself.
    for place in [content + 5, good.len() - 80, good.len() - 1] {
        let mut bad = good.clone();
        bad[place] ^= 1;
        let refusal = area.create(&id, &area.upload(&bad)).unwrap_err();
        assert_eq!(refusal["type"], "invalidSignature", "octet {place}");
    }
    let refusal = area.create(&id, &area.upload(b"nonsense")).unwrap_err();
    assert_eq!(refusal["type"], "invalidSignature");
    let other = sign(&area.world.card_file("foreigner"), text.as_bytes());
    let refusal = area.create(&id, &area.upload(&other)).unwrap_err();
    assert_eq!(refusal["type"], "signerNotHolder");
    let refusal = area.create(&id, "Gnone").unwrap_err();
    assert_eq!(refusal["type"], "blobNotFound");
    assert!(area.create(&id, &area.upload(&good)).is_ok());
}

/// What was signed before the certificate was revoked stands where a time stamp proves it, and only then.
#[test]
fn a_stamped_signature_is_judged_at_the_time_of_its_stamp() {
    let area = Area::new();
    let card = area.world.card_file("citizen");
    let stamp = |value: &[u8]| {
        let imprint = sequence(&[&algorithm(oids::BELT_HASH), &tlv(0x04, &belt_hash(value))]);
        let request = sequence(&[&[2, 1, 1], &imprint, &[1, 1, 0xFF]]);
        let kind = "application/timestamp-query";
        let answer = area.world.client.octets("/tsa", kind, &request);
        // After the status, which says that it is granted.
        let parts = kabinet_stb::tlv::read_only(0x30, &answer).unwrap();
        let token = kabinet_stb::tlv::children(parts).unwrap()[1].raw.to_vec();
        let attribute = sequence(&[&oid(oids::SIGNATURE_TIME_STAMP), &tlv(0x31, &token)]);
        tlv(0xA1, &attribute)
    };
    let ids = [(); 4].map(|()| Uuid::now_v7().to_string());
    let content = |id: &String| canonical(&manifest(id)).into_bytes();
    let [before, plain, after, false_one] = &ids;
    let stamped = area.upload(&sign_with(&card, &content(before), stamp));
    let unstamped = area.upload(&sign(&card, &content(plain)));
    let of_another = area.upload(&sign_with(&card, &content(false_one), |_| {
        stamp(b"another")
    }));
    let refusal = area.create(false_one, &of_another).unwrap_err();
    assert_eq!(refusal["type"], "invalidSignature");

    std::thread::sleep(std::time::Duration::from_millis(1100));
    let certificate: Value = serde_json::from_str(&card).unwrap();
    let order = json!({
        "certificate": certificate["esign"]["keys"][0]["certificate"],
        "revocation": {"at": clock::seconds(), "reason": 1},
    });
    let order = order.to_string();
    let told = area
        .world
        .client
        .raw("POST", "/sandbox/revocations", "", order.as_bytes());
    assert_eq!(told.unwrap().status, 200);
    let late = area.upload(&sign_with(&card, &content(after), stamp));
    for (id, blob) in [(plain, &unstamped), (after, &late)] {
        let refusal = area.create(id, blob).unwrap_err();
        assert_eq!(refusal["type"], "certificateRevoked");
    }
    assert_eq!(
        area.create(before, &stamped).unwrap()["status"],
        "registered"
    );
}

#[test]
fn manifests_and_forms_are_checked() {
    let area = Area::new();
    let id = Uuid::now_v7().to_string();
    let other = manifest(&Uuid::now_v7().to_string());
    assert_eq!(area.refusal(&id, &other)["type"], "invalidManifest");
    let mut old = manifest(&id);
    old["procedure"]["version"] = json!(0);
    assert_eq!(area.refusal(&id, &old)["type"], "procedureVersionOld");
    let mut wrong = manifest(&id);
    wrong["data"]["copies"] = json!(9);
    wrong["data"].as_object_mut().unwrap().remove("employer");
    let refusal = area.refusal(&id, &wrong);
    assert_eq!(refusal["type"], "invalidForm");
    let problems = refusal["problems"].as_array().unwrap();
    let found = |path: &str, keyword: &str| {
        let mut those = problems.iter();
        those.any(|problem| problem["path"] == path && problem["keyword"] == keyword)
    };
    assert!(found("/copies", "maximum"));
    assert!(found("/employer", "required"));

    let pretty = serde_json::to_vec_pretty(&manifest(&id)).unwrap();
    let signature = sign(&area.world.card_file("citizen"), &pretty);
    let refusal = area.create(&id, &area.upload(&signature)).unwrap_err();
    assert_eq!(refusal["type"], "invalidManifest");
}

#[test]
fn the_catalogue_is_what_the_program_brings() {
    let area = Area::new();
    let (_, answer) = area.call("Procedure/get", &[("ids", Value::Null)]);
    assert_eq!(answer["list"].as_array().unwrap().len(), 17);
    let since = ("sinceState", answer["state"].clone());
    let changes = area
        .call("Procedure/changes", std::slice::from_ref(&since))
        .1;
    assert_eq!(
        (&changes["created"], &changes["updated"]),
        (&json!([]), &json!([]))
    );
    let session = area
        .world
        .client
        .area("GET", "/.well-known/jmap", &area.token, &[]);
    let accounts = &session.json()["accounts"];
    assert!(accounts.get(&area.account).is_some());
}

/// What is published while a client is at work comes as a change.
#[test]
fn published_versions_are_changes() {
    let area = Area::new();
    let raw = |method: &str, path: &str, body: &Value| {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        area.world
            .client
            .raw(method, path, "", body.as_bytes())
            .unwrap()
    };
    let (_, before) = area.call("Procedure/get", &[("ids", Value::Null)]);
    let since = ("sinceState", before["state"].clone());
    let published = raw(
        "POST",
        "/sandbox/procedures/2.2",
        &json!({"cost": {"en": "Dear"}}),
    )
    .json();
    assert_eq!(
        (&published["version"], &published["cost"]["en"]),
        (&json!(2), &json!("Dear"))
    );
    let changes = area
        .call("Procedure/changes", std::slice::from_ref(&since))
        .1;
    assert_eq!(
        (&changes["updated"], &changes["destroyed"]),
        (&json!(["2.2"]), &json!([]))
    );
    let (_, after) = area.call("Procedure/get", &[("ids", json!(["2.2"]))]);
    assert_eq!(
        (&after["list"][0], &after["state"]),
        (&published, &changes["newState"])
    );

    assert_eq!(
        raw("DELETE", "/sandbox/procedures/2.2", &Value::Null).status,
        200
    );
    let changes = area
        .call("Procedure/changes", std::slice::from_ref(&since))
        .1;
    assert_eq!(
        (&changes["updated"], &changes["destroyed"]),
        (&json!([]), &json!(["2.2"]))
    );
    // There is nothing to publish a version of.
    assert_eq!(
        raw("POST", "/sandbox/procedures/2.2", &json!({})).status,
        404
    );
    assert_eq!(
        raw("POST", "/sandbox/procedures/2.6", &json!([])).status,
        400
    );

    for state in [
        "1",
        "other.0",
        &format!("{}9", before["state"].as_str().unwrap()),
    ] {
        let (name, error) = area.call("Procedure/changes", &[("sinceState", json!(state))]);
        assert_eq!(
            (name.as_str(), &error["type"]),
            ("error", &json!("cannotCalculateChanges"))
        );
    }
}
