//! Blobs of the area, up and down (RFC 8620 section 6, RFC 9404).

use std::collections::BTreeSet;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::{LIMIT, Outgoing, PIECE, PersonalArea};
use crate::address;
use crate::client::Content;
use crate::error::PortalError;
use crate::jmap::{self, AreaInfo};
use crate::submit::{self, RefusedReason};
use crate::upload::{self, Upload, Uploaded};

impl PersonalArea {
    /// A download (RFC 8620 section 6.2). The name is the hash, so that nobody can put other octets
    /// in their place.
    pub(super) async fn download(&self, id: &str, limit: usize) -> Result<Vec<u8>, PortalError> {
        if !jmap::is_id(id) {
            return Err(PortalError::Garbage("blobId"));
        }
        let area = self.area().await?;
        let address = area.download_address(id);
        let url = address::parse_endpoint(self.inner.client.base(), &address)?;
        let outgoing = Outgoing {
            method: Method::GET,
            url: &url,
            body: None,
            upload: true,
            limit,
        };
        let reply = self.send(&outgoing).await?;
        if !reply.status.is_success() {
            return Err(jmap::reply_error(&reply));
        }
        if submit::blob_id(&reply.body) == id {
            Ok(reply.body.to_vec())
        } else {
            Err(PortalError::Garbage("blob is not the named one"))
        }
    }

    pub(super) async fn upload_file(&self, file: &Upload) -> Result<Uploaded, PortalError> {
        let area = self.area().await?;
        let limits = area.blob.as_ref();
        let (most, piece) = match limits {
            Some(limits) => (limits.max_set.unwrap_or(u64::MAX), limits.piece(file.size)),
            None => (u64::MAX, file.size),
        };
        if file.size > most || piece.min(file.size) > area.max_upload {
            return Ok(Uploaded::Refused(RefusedReason::TooLarge));
        }
        let pieces = file.pieces(limits)?;
        let whole = file.blob();
        let mut present = BTreeSet::new();
        if limits.is_some() {
            let mut names: BTreeSet<&str> =
                pieces.iter().map(|piece| piece.blob.as_str()).collect();
            names.insert(&whole);
            let calls = [upload::ask(&area.account, &names)];
            present = upload::present(&self.call(&area, &calls).await?)?;
        }
        if !present.contains(&whole) {
            for piece in &pieces {
                if present.insert(piece.blob.clone()) {
                    let kind = if piece.blob == whole {
                        &file.media_type
                    } else {
                        PIECE
                    };
                    let body = (kind, Content::Piece(file, piece));
                    if let Some(reason) = self.put(&area, body, &piece.blob).await? {
                        return Ok(Uploaded::Refused(reason));
                    }
                }
                (file.progress)(piece.to);
            }
        }
        (file.progress)(file.size);
        if present.contains(&whole) {
            return Ok(Uploaded::Done(whole));
        }
        let calls = [upload::join(&area.account, &pieces, &file.media_type)];
        upload::joined(&self.call(&area, &calls).await?, &whole)
    }

    pub(super) async fn lacking_files(
        &self,
        hashes: &[String],
    ) -> Result<Option<BTreeSet<String>>, PortalError> {
        let area = self.area().await?;
        if area.blob.is_none() {
            return Ok(None);
        }
        let mut lacking: BTreeSet<String> = hashes.iter().cloned().collect();
        let page = usize::try_from(area.page()).unwrap_or(usize::MAX);
        for some in hashes.chunks(page) {
            let names: Vec<String> = some.iter().map(|hash| upload::blob_of(hash)).collect();
            let calls = [upload::ask(
                &area.account,
                &names.iter().map(String::as_str).collect(),
            )];
            let present = upload::present(&self.call(&area, &calls).await?)?;
            lacking.retain(|hash| !present.contains(&upload::blob_of(hash)));
        }
        Ok(Some(lacking))
    }

    pub(super) async fn part_of_file(
        &self,
        hash: &str,
        from: u64,
        length: u64,
    ) -> Result<Option<Vec<u8>>, PortalError> {
        let area = self.area().await?;
        let blob = upload::blob_of(hash);
        let calls = [upload::ask_part(&area.account, &blob, from, length)];
        upload::read_part(&self.call(&area, &calls).await?, &blob, length)
    }

    /// Uploads octets as one blob, which must get that name; why the portal does not take them.
    pub(super) async fn put(
        &self,
        area: &AreaInfo,
        body: (&str, Content<'_>),
        blob: &str,
    ) -> Result<Option<RefusedReason>, PortalError> {
        let url = address::parse_endpoint(self.inner.client.base(), &area.upload)?;
        let outgoing = Outgoing {
            method: Method::POST,
            url: &url,
            body: Some(body),
            upload: true,
            limit: LIMIT,
        };
        let reply = self.send(&outgoing).await?;
        match reply.status {
            // RFC 9110, section 15.5.14, and RFC 4918, section 11.5.
            StatusCode::PAYLOAD_TOO_LARGE => return Ok(Some(RefusedReason::TooLarge)),
            StatusCode::INSUFFICIENT_STORAGE => return Ok(Some(RefusedReason::OverQuota)),
            status if !status.is_success() => return Err(jmap::reply_error(&reply)),
            _ => {}
        }
        let answer: Value = reply.json("upload answer")?;
        // Another name would be another content: not what the holder signed.
        if answer.get("blobId").and_then(Value::as_str) == Some(blob) {
            Ok(None)
        } else {
            Err(PortalError::Garbage("blobId"))
        }
    }
}
