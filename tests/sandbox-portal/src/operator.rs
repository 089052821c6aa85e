//! The authority's side of an application: what an official does, as an order to the running portal,
//! with a page for people.

use axum::http::{HeaderValue, header};
use kabinet_stb::hash::belt_hash;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::cms;
use crate::jmap::failed;
use crate::portal::Portal;
use crate::reply::{Reply, octets};
use crate::{applications, clock, letters};

/// The type's name.
const DOCUMENT: &str = "Document";

/// What an official does.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Order {
    /// Identifier of the application.
    pub application: String,
    /// How many days ago it was done: an old matter that the portal tells of late.
    #[serde(default)]
    pub days_ago: i64,
    /// What is done to it.
    #[serde(flatten)]
    pub act: Act,
}

/// One act.
#[derive(Debug, Deserialize, JsonSchema, clap::Subcommand, serde::Serialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Begins to work on it.
    Accept,
    /// Asks for documents.
    Request {
        /// What is wanted, one by one.
        #[arg(long, required = true)]
        wanted: Vec<String>,
        /// Days until the answer is due; may be negative.
        #[arg(long, default_value_t = 10, allow_hyphen_values = true)]
        #[serde(default = "ten")]
        days: i64,
    },
    /// Writes to the applicant.
    Answer {
        /// The text.
        #[arg(long)]
        text: String,
        /// The message that it answers.
        #[arg(long)]
        #[serde(default)]
        to: Option<String>,
    },
    /// Decides in favour and issues a signed document.
    Approve(Decision),
    /// Decides against and issues a signed document.
    Refuse(Decision),
}

/// A decision.
#[derive(Debug, Deserialize, JsonSchema, clap::Args, serde::Serialize)]
pub struct Decision {
    /// What it says.
    #[arg(long)]
    pub text: String,
    /// Puts the signature beside the content instead of around it.
    #[arg(long)]
    #[serde(default)]
    pub detached: bool,
    /// What is wrong with the signature.
    #[arg(long, value_enum, default_value_t)]
    #[serde(default)]
    pub signature: Signing,
}

/// How well a document is signed.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Deserialize,
    JsonSchema,
    serde::Serialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "snake_case")]
pub enum Signing {
    /// As it should be.
    #[default]
    Good,
    /// The content was changed afterwards.
    Changed,
    /// By somebody whom nobody trusts.
    Stranger,
}

fn ten() -> i64 {
    10
}

/// Does it, at that time. `None` when there is no such application; else the application as it is then.
///
/// # Errors
/// The method error.
pub fn operate(portal: &Portal, order: &Order) -> Result<Option<Value>, Value> {
    operate_as(portal, order, Uuid::now_v7())
}

/// As [`operate`]; the message or document that it makes has that identifier.
///
/// # Errors
/// As [`operate`].
pub fn operate_as(portal: &Portal, order: &Order, made: Uuid) -> Result<Option<Value>, Value> {
    let skew = order.days_ago.saturating_mul(-24 * 3600);
    clock::SKEW.sync_scope(skew, || act(portal, order, &made.to_string()))
}

fn act(portal: &Portal, order: &Order, made: &str) -> Result<Option<Value>, Value> {
    let id = order.application.as_str();
    let Some(found) = portal
        .store()
        .object(applications::KIND, id)
        .map_err(failed)?
    else {
        return Ok(None);
    };
    let account = found.account.as_str();
    let step = |status: &str, note: Value| {
        applications::move_along(portal, id, &json!({ "status": status, "note": note }))
    };
    match &order.act {
        Act::Accept => step(
            "accepted",
            json!({
                "be": "Заява прынята да разгляду",
                "ru": "Заявление принято к рассмотрению",
                "en": "The application is being examined",
            }),
        ),
        Act::Request { wanted, days } => {
            let due = clock::rfc3339(clock::seconds() + days * 24 * 3600);
            let message = Letter {
                subject: json!({
                    "be": "Патрэбны дакументы",
                    "ru": "Нужны документы",
                    "en": "Documents are needed",
                }),
                text: json!({
                    "be": "Каб прыняць рашэнне, просім даслаць дакументы з пераліку.",
                    "ru": "Чтобы принять решение, просим прислать документы из перечня.",
                    "en": "To decide, we ask you to send the documents of the list.",
                }),
                request: json!({ "kind": "documents", "wanted": wanted, "deadline": due }),
                in_reply_to: Value::Null,
            };
            write(portal, account, id, made, message)?;
            step(
                "documentsRequested",
                json!({
                    "be": "Запытаны дакументы",
                    "ru": "Запрошены документы",
                    "en": "Documents are requested",
                }),
            )
        }
        Act::Answer { text, to } => {
            let message = Letter {
                subject: Value::Null,
                text: json!(text),
                request: Value::Null,
                in_reply_to: json!(to),
            };
            write(portal, account, id, made, message)?;
            portal.tell(account);
            serde_json::from_str(&found.body).map(Some).map_err(failed)
        }
        Act::Approve(decision) => {
            issue(portal, account, id, made, decision)?;
            step(
                "approved",
                json!({
                    "be": "Прынята станоўчае рашэнне",
                    "ru": "Принято положительное решение",
                    "en": "Decided in favour",
                }),
            )
        }
        Act::Refuse(decision) => {
            issue(portal, account, id, made, decision)?;
            step(
                "refused",
                json!({
                    "be": "У ажыццяўленні працэдуры адмоўлена",
                    "ru": "В осуществлении процедуры отказано",
                    "en": "Decided against",
                }),
            )
        }
    }
}

struct Letter {
    subject: Value,
    text: Value,
    request: Value,
    in_reply_to: Value,
}

fn authority() -> Value {
    json!({
        "be": "Аддзел адміністрацыйных працэдур",
        "ru": "Отдел административных процедур",
        "en": "Department of administrative procedures",
    })
}

fn write(
    portal: &Portal,
    account: &str,
    application: &str,
    id: &str,
    letter: Letter,
) -> Result<(), Value> {
    let message = json!({
        "id": id,
        "applicationId": application,
        "direction": "toApplicant",
        "author": authority(),
        "sentAt": clock::rfc3339(clock::seconds()),
        "subject": letter.subject,
        "text": letter.text,
        "request": letter.request,
        "inReplyTo": letter.in_reply_to,
        "signatureBlobId": null,
    });
    portal
        .store()
        .add(letters::KIND, account, id, None, |_| message.to_string())
        .map_err(failed)?;
    Ok(())
}

fn issue(
    portal: &Portal,
    account: &str,
    application: &str,
    id: &str,
    decision: &Decision,
) -> Result<(), Value> {
    let now = clock::seconds();
    let content = format!("{}\n", decision.text).into_bytes();
    let certificate = portal
        .authorities
        .document_certificate(decision.signature != Signing::Stranger)
        .map_err(failed)?;
    let key = portal.authorities.key("documents").map_err(failed)?;
    let mut signature = cms::sign(
        &content,
        !decision.detached,
        &certificate,
        key,
        &clock::utc_time(now),
    )
    .ok_or_else(|| failed("the certificate is broken"))?;
    let mut blob = content.clone();
    if decision.signature == Signing::Changed {
        let whole = if decision.detached {
            &mut blob
        } else {
            &mut signature
        };
        // The first octet of the content, wherever that stands.
        let start = whole
            .windows(content.len())
            .position(|window| window == content)
            .unwrap_or(0);
        if let Some(octet) = whole.get_mut(start) {
            *octet ^= 0x01;
        }
    }
    let keep = |octets: &[u8]| -> Result<String, Value> {
        let id = format!("G{}", hex::encode(belt_hash(octets)));
        portal
            .store()
            .add_blob(account, &id, octets)
            .map_err(failed)?;
        Ok(id)
    };
    let (blob_id, size, signature) = if decision.detached {
        let beside = json!({ "kind": "detached", "blobId": keep(&signature)? });
        (keep(&blob)?, blob.len(), beside)
    } else {
        (
            keep(&signature)?,
            signature.len(),
            json!({ "kind": "attached" }),
        )
    };
    let document = json!({
        "id": id,
        "applicationId": application,
        "title": { "be": "Рашэнне", "ru": "Решение", "en": "Decision" },
        "mediaType": "text/plain",
        "size": size,
        "blobId": blob_id,
        "issuedAt": clock::rfc3339(now),
        "signature": signature,
    });
    portal
        .store()
        .add(DOCUMENT, account, id, None, |_| document.to_string())
        .map_err(failed)?;
    Ok(())
}

/// Takes a document back; false when there is none.
///
/// # Errors
/// The method error.
pub fn withdraw_document(portal: &Portal, id: &str) -> Result<bool, Value> {
    let Some(document) = portal.store().object(DOCUMENT, id).map_err(failed)? else {
        return Ok(false);
    };
    let removed = portal.store().remove(DOCUMENT, None, id).map_err(failed)?;
    portal.tell(&document.account);
    Ok(removed)
}

/// The page of the official.
#[must_use]
pub fn page() -> Reply {
    let mut reply = octets(
        200,
        "text/html; charset=utf-8",
        include_bytes!("operator/page.html").to_vec(),
    );
    reply.headers_mut().insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'self'; style-src 'unsafe-inline'"),
    );
    reply
}

/// Its script.
#[must_use]
pub fn script() -> Reply {
    octets(
        200,
        "text/javascript; charset=utf-8",
        include_bytes!("operator/script.js").to_vec(),
    )
}
