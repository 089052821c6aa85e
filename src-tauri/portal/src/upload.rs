//! Uploading a file: in pieces, of which none is sent twice, where the portal can put blobs together
//! (RFC 9404); else as a whole. Either way it is read while it is sent and never held as a whole.

use std::collections::BTreeSet;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64ct::{Base64, Encoding as _};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use kabinet_stb::hash::{BeltHash, Digest as _};
use serde_json::{Map, Value, json};

use crate::error::PortalError;
use crate::jmap::{self, Answers, BlobLimits, MethodCall};
use crate::submit::{RefusedReason, blob_id_of, refused};

/// Octets of a piece, unless the portal takes too few pieces for the file.
const PIECE: u64 = 1024 * 1024;

impl BlobLimits {
    /// Octets of each piece of a file but the last.
    pub(crate) fn piece(&self, size: u64) -> u64 {
        PIECE.max(size.div_ceil(self.max_sources.max(1)))
    }
}

/// The octets of a file, read where they are needed.
pub trait Source: Send + Sync {
    /// Some octets from `offset` on, at least one before the end of the file, none there.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn read(&self, offset: u64) -> io::Result<Vec<u8>>;
}

/// Is told how many octets of a file the portal has, or are on the wire.
pub type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// A file to upload.
#[derive(Clone)]
pub struct Upload {
    /// belt-hash of all octets, lower-case hex.
    pub hash: String,
    /// Media type.
    pub media_type: String,
    /// Length in octets.
    pub size: u64,
    /// The octets.
    pub source: Arc<dyn Source>,
    /// Is told of the progress.
    pub progress: Progress,
}

/// What became of a file that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uploaded {
    /// The portal has it under this `blobId`.
    Done(String),
    /// The portal will never take it.
    Refused(RefusedReason),
}

/// `blobId` of a file by its belt-hash (lower-case hex).
pub(crate) fn blob_of(hash: &str) -> String {
    format!("G{hash}")
}

/// Octets of a file that are sent in one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) blob: String,
}

impl Upload {
    /// `blobId` of the whole.
    pub(crate) fn blob(&self) -> String {
        blob_of(&self.hash)
    }

    /// The pieces with their names; one for a file that is sent as a whole.
    ///
    /// The same file has the same pieces at each try, so that those of an earlier one are found.
    pub(crate) fn pieces(&self, limits: Option<&BlobLimits>) -> Result<Vec<Piece>, PortalError> {
        let length = limits.map_or(u64::MAX, |limits| limits.piece(self.size));
        let (mut pieces, mut whole) = (Vec::new(), BeltHash::new());
        let mut from = 0;
        while from < self.size {
            let to = self.size.min(from.saturating_add(length));
            let mut hasher = BeltHash::new();
            let mut at = from;
            while at < to {
                let octets = read(&*self.source, at, to).map_err(|_| PortalError::Unreadable)?;
                hasher.update(&octets);
                whole.update(&octets);
                at += octets.len() as u64;
            }
            pieces.push(Piece {
                from,
                to,
                blob: blob_id_of(&hasher.finalize()),
            });
            from = to;
        }
        // Anything else is not what the holder signed.
        if blob_id_of(&whole.finalize()) == self.blob() {
            Ok(pieces)
        } else {
            Err(PortalError::Unreadable)
        }
    }

    /// The body of a request with the octets of a piece.
    pub(crate) fn body(&self, piece: &Piece) -> reqwest::Body {
        reqwest::Body::wrap(Body {
            source: Arc::clone(&self.source),
            progress: Arc::clone(&self.progress),
            at: piece.from,
            to: piece.to,
        })
    }
}

/// Octets from `at` on, none of them at or after `to`.
fn read(source: &dyn Source, at: u64, to: u64) -> io::Result<Vec<u8>> {
    let mut octets = source.read(at)?;
    if octets.is_empty() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    octets.truncate(usize::try_from(to - at).unwrap_or(usize::MAX));
    Ok(octets)
}

struct Body {
    source: Arc<dyn Source>,
    progress: Progress,
    at: u64,
    to: u64,
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.at >= self.to {
            return Poll::Ready(None);
        }
        Poll::Ready(Some(read(&*self.source, self.at, self.to).map(|octets| {
            self.at += octets.len() as u64;
            (self.progress)(self.at);
            Frame::data(octets.into())
        })))
    }

    fn is_end_stream(&self) -> bool {
        self.at >= self.to
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.to - self.at)
    }
}

/// Asks which of these blobs the portal has (RFC 9404, section 4.2).
pub(crate) fn ask(account: &str, blobs: &BTreeSet<&str>) -> MethodCall {
    MethodCall {
        name: "Blob/get".into(),
        arguments: json!({"accountId": account, "ids": blobs, "properties": ["size"]}),
        id: "b".into(),
    }
}

/// Reads the answer to [`ask`].
pub(crate) fn present(answers: &Answers) -> Result<BTreeSet<String>, PortalError> {
    let list = answers
        .result("Blob/get", "b")?
        .get("list")
        .and_then(Value::as_array)
        .ok_or(PortalError::Garbage("JMAP list"))?;
    let id = |blob: &Value| blob.get("id").and_then(Value::as_str).map(str::to_owned);
    Ok(list.iter().filter_map(id).collect())
}

/// Asks for octets of a blob (RFC 9404, section 4.2).
pub(crate) fn ask_part(account: &str, blob: &str, from: u64, length: u64) -> MethodCall {
    MethodCall {
        name: "Blob/get".into(),
        arguments: json!({
            "accountId": account, "ids": [blob], "properties": ["data:asBase64"],
            "offset": from, "length": length,
        }),
        id: "p".into(),
    }
}

/// Reads the answer to [`ask_part`]; nothing where the portal does not have the blob.
pub(crate) fn read_part(
    answers: &Answers,
    blob: &str,
    length: u64,
) -> Result<Option<Vec<u8>>, PortalError> {
    let list = answers
        .result("Blob/get", "p")?
        .get("list")
        .and_then(Value::as_array)
        .ok_or(PortalError::Garbage("JMAP list"))?;
    let is_it = |one: &&Value| one.get("id").and_then(Value::as_str) == Some(blob);
    let Some(found) = list.iter().find(is_it) else {
        return Ok(None);
    };
    let octets = found
        .get("data:asBase64")
        .and_then(Value::as_str)
        .and_then(|text| Base64::decode_vec(text).ok())
        .ok_or(PortalError::Garbage("blob data"))?;
    // Whoever asks goes on behind them: none would be without end.
    if octets.is_empty() || octets.len() as u64 > length {
        return Err(PortalError::Garbage("blob data"));
    }
    Ok(Some(octets))
}

/// Puts the pieces together (RFC 9404, section 4.1).
pub(crate) fn join(account: &str, pieces: &[Piece], media_type: &str) -> MethodCall {
    let data: Vec<Value> = pieces
        .iter()
        .map(|piece| json!({"blobId": piece.blob}))
        .collect();
    MethodCall {
        name: "Blob/upload".into(),
        arguments: json!({
            "accountId": account, "create": {"f": {"data": data, "type": media_type}},
        }),
        id: "u".into(),
    }
}

/// Reads the answer to [`join`].
pub(crate) fn joined(answers: &Answers, blob: &str) -> Result<Uploaded, PortalError> {
    let result = answers.result("Blob/upload", "u")?;
    let entry = |name: &str| -> Option<&Map<String, Value>> {
        result
            .get(name)
            .and_then(|map| map.get("f"))
            .and_then(Value::as_object)
    };
    if let Some(created) = entry("created") {
        return if created.get("id").and_then(Value::as_str) == Some(blob) {
            Ok(Uploaded::Done(blob.to_owned()))
        } else {
            Err(PortalError::Garbage("blobId"))
        };
    }
    let refusal = entry("notCreated").ok_or(PortalError::Garbage("Blob/upload"))?;
    match jmap::text(refusal, "type")? {
        // It was there a moment ago; a later try sends it again.
        "blobNotFound" => Err(PortalError::Garbage("upload was not kept")),
        kind => Ok(Uploaded::Refused(refused(kind, refusal)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Octets(Vec<u8>);

    impl Source for Octets {
        /// In runs that fit no piece.
        fn read(&self, offset: u64) -> io::Result<Vec<u8>> {
            let rest = &self.0[usize::try_from(offset).unwrap().min(self.0.len())..];
            Ok(rest[..rest.len().min(300_000)].to_vec())
        }
    }

    fn upload(octets: Vec<u8>) -> Upload {
        let hash = blob_id_of(&BeltHash::digest(&octets))[1..].to_owned();
        Upload {
            hash,
            media_type: "application/pdf".into(),
            size: octets.len() as u64,
            source: Arc::new(Octets(octets)),
            progress: Arc::new(|_| {}),
        }
    }

    fn lengths(pieces: &[Piece]) -> Vec<u64> {
        pieces.iter().map(|piece| piece.to - piece.from).collect()
    }

    #[test]
    fn pieces_cover_the_file_and_are_named_by_their_hash() {
        let octets: Vec<u8> = (0..2_500_000_u32).map(|n| (n % 251) as u8).collect();
        let limits = BlobLimits {
            max_set: None,
            max_sources: 64,
        };
        let pieces = upload(octets.clone()).pieces(Some(&limits)).unwrap();
        assert_eq!(lengths(&pieces), [1_048_576, 1_048_576, 402_848]);
        let second = &octets[1_048_576..2_097_152];
        assert_eq!(pieces[1].blob, blob_id_of(&BeltHash::digest(second)));
        // As a whole for a portal that cannot put pieces together.
        let whole = upload(octets.clone()).pieces(None).unwrap();
        assert_eq!(lengths(&whole), [2_500_000]);
        assert_eq!(whole[0].blob, upload(octets.clone()).blob());
        // In larger pieces where it takes few.
        let few = BlobLimits {
            max_set: None,
            max_sources: 2,
        };
        let pieces = upload(octets).pieces(Some(&few)).unwrap();
        assert_eq!(lengths(&pieces), [1_250_000, 1_250_000]);
    }

    #[test]
    fn a_file_that_is_not_what_was_signed_is_not_sent() {
        let mut other = upload(vec![7; 1000]);
        other.source = Arc::new(Octets(vec![8; 1000]));
        assert_eq!(other.pieces(None), Err(PortalError::Unreadable));
        let mut short = upload(vec![7; 1000]);
        short.source = Arc::new(Octets(vec![7; 999]));
        assert_eq!(short.pieces(None), Err(PortalError::Unreadable));
    }

    fn answers(responses: Value) -> Answers {
        serde_json::from_value(json!({"methodResponses": responses, "sessionState": "0"})).unwrap()
    }

    #[test]
    fn a_part_is_no_longer_than_asked_and_never_empty() {
        let part = |list: Value| {
            let answer = json!([["Blob/get", {"list": list, "notFound": []}, "p"]]);
            read_part(&answers(answer), "G1", 3)
        };
        let found = |data: &str| part(json!([{"id": "G1", "data:asBase64": data}]));
        assert_eq!(found("AQID"), Ok(Some(vec![1, 2, 3])));
        assert_eq!(part(json!([])), Ok(None));
        for garbage in ["", "AQIDBA==", "AQID=", "-_-_", "a"] {
            assert_eq!(found(garbage), Err(PortalError::Garbage("blob data")));
        }
        assert!(part(json!([{"id": "G1"}])).is_err());
    }

    #[test]
    fn what_is_put_together_has_the_name_of_the_whole() {
        let created = |id: &str| {
            let created = json!({"created": {"f": {"id": id, "size": 1, "type": "x"}}});
            joined(&answers(json!([["Blob/upload", created, "u"]])), "G1")
        };
        assert_eq!(created("G1"), Ok(Uploaded::Done("G1".into())));
        assert_eq!(created("G2"), Err(PortalError::Garbage("blobId")));
        let refused = |kind: &str| {
            let refused = json!({"created": null, "notCreated": {"f": {"type": kind}}});
            joined(&answers(json!([["Blob/upload", refused, "u"]])), "G1")
        };
        assert!(refused("blobNotFound").is_err_and(|error| !error.is_permanent()));
        assert_eq!(
            refused("tooLarge"),
            Ok(Uploaded::Refused(RefusedReason::TooLarge))
        );
    }
}
