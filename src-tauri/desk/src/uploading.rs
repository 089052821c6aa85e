//! Journey J8, files: what belongs to a signed application goes ahead of it, can be watched, held
//! back and let go again.

use std::io;
use std::sync::{Arc, Mutex};

use kabinet_cache::OutboxItem;
use kabinet_portal::{
    PersonalArea, Portal as _, PortalError, RefusedReason, Source, Upload, Uploaded,
};
use kabinet_records::Attachment;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

use crate::drafting::parse_id;
use crate::problem::Code;
use crate::storing::SharedArea;
use crate::view::{OutboxItemView, UploadView};
use crate::{Desk, Outcome, lock};

/// What is on its way now; the files of one thing at a time.
pub(crate) struct Uploads {
    progress: watch::Sender<Option<UploadView>>,
    /// Wakes the one who uploads for this application, to stop.
    stop: Mutex<Option<(Uuid, Arc<Notify>)>>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            progress: watch::Sender::new(None),
            stop: Mutex::new(None),
        }
    }
}

impl Uploads {
    /// How far the files of an application are, while they are on their way.
    pub(crate) fn of(&self, id: Uuid) -> Option<UploadView> {
        let id = id.to_string();
        self.progress
            .borrow()
            .clone()
            .filter(|running| running.id == id)
    }

    /// Stops uploading for this application. Pieces that the portal has stay there.
    pub(crate) fn interrupt(&self, id: Uuid) {
        if let Some((running, stop)) = &*lock(&self.stop)
            && *running == id
        {
            stop.notify_one();
        }
    }
}

/// How the files of an application fared.
pub(crate) enum Sent {
    /// The portal has them, under these names.
    All(Vec<String>),
    /// The portal takes one of them never.
    Refused(RefusedReason),
    /// The person stopped it.
    Interrupted,
}

impl Desk {
    /// How far files of what waits or of drafts are on their way, as it changes; nothing while none is.
    pub fn watch_uploads(&self) -> watch::Receiver<Option<UploadView>> {
        self.uploads.progress.subscribe()
    }

    /// Holds an application back that waits; what its files have come to stays.
    ///
    /// # Errors
    /// `outbox_not_found`, `no_store`, `store_locked`.
    pub fn pause_outbox(&self, id: &str) -> Outcome<OutboxItemView> {
        let view = self.hold(id, true)?;
        self.uploads
            .interrupt(parse_id(&view.id, Code::OutboxNotFound)?);
        Ok(view)
    }

    /// Lets it go again. It is due at once.
    ///
    /// # Errors
    /// As [`Desk::pause_outbox`].
    pub fn resume_outbox(&self, id: &str) -> Outcome<OutboxItemView> {
        self.hold(id, false)
    }

    fn hold(&self, id: &str, paused: bool) -> Outcome<OutboxItemView> {
        let id = parse_id(id, Code::OutboxNotFound)?;
        let items = self.with_store(|store| match store.pause_outbox(id, paused) {
            Err(kabinet_cache::StoreError::NotFound) => Err(Code::OutboxNotFound.into()),
            other => {
                other?;
                Ok(store.outbox()?)
            }
        })?;
        self.view_among(&items, id)
    }

    /// Sends the files of an application ahead of it.
    pub(crate) async fn send_files(
        &self,
        area: &PersonalArea,
        item: &OutboxItem,
        files: &[Attachment],
    ) -> Result<Sent, PortalError> {
        if files.is_empty() {
            return Ok(Sent::All(Vec::new()));
        }
        let stop = Arc::new(Notify::new());
        *lock(&self.uploads.stop) = Some((item.id, Arc::clone(&stop)));
        let sent = tokio::select! {
            // Who stops it at the last moment stops it.
            biased;
            () = stop.notified() => Ok(Sent::Interrupted),
            sent = self.upload_all(area, item.id, files) => sent,
        };
        lock(&self.uploads.stop).take();
        sent
    }

    async fn upload_all(
        &self,
        area: &PersonalArea,
        id: Uuid,
        files: &[Attachment],
    ) -> Result<Sent, PortalError> {
        let mut running = Running::new(self, id, files);
        let mut names = Vec::new();
        for file in files {
            match running.send(area, file).await? {
                Uploaded::Done(name) => names.push(name),
                Uploaded::Refused(reason) => return Ok(Sent::Refused(reason)),
            }
        }
        Ok(Sent::All(names))
    }
}

/// Files of one thing on their way: what is told of them ends with this value.
pub(crate) struct Running<'a> {
    desk: &'a Desk,
    id: String,
    /// Octets of the files that went before.
    before: u64,
    total: u64,
}

impl<'a> Running<'a> {
    /// These files of an application, a letter or a draft are to be sent.
    pub(crate) fn new(desk: &'a Desk, id: Uuid, files: &[Attachment]) -> Self {
        Self {
            desk,
            id: id.to_string(),
            before: 0,
            total: files.iter().map(|file| file.size).sum(),
        }
    }

    /// Sends the next one.
    pub(crate) async fn send(
        &mut self,
        area: &PersonalArea,
        file: &Attachment,
    ) -> Result<Uploaded, PortalError> {
        let tell = self.desk.uploads.progress.clone();
        let (id, before, total) = (self.id.clone(), self.before, self.total);
        self.before += file.size;
        area.upload(&Upload {
            hash: file.hash.clone(),
            media_type: file.media_type.clone(),
            size: file.size,
            source: Arc::new(Stored {
                area: Arc::clone(&self.desk.area),
                hash: file.hash.clone(),
            }),
            progress: Arc::new(move |sent| {
                tell.send_replace(Some(UploadView {
                    id: id.clone(),
                    sent: before + sent,
                    total,
                }));
            }),
        })
        .await
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.desk.uploads.progress.send_replace(None);
    }
}

/// A file in the store that is open.
struct Stored {
    area: SharedArea,
    hash: String,
}

impl Source for Stored {
    fn read(&self, offset: u64) -> io::Result<Vec<u8>> {
        let area = lock(&self.area);
        let area = area.as_ref().ok_or(io::ErrorKind::NotFound)?;
        area.store
            .read_attachment(&self.hash, offset)
            .map_err(io::Error::other)
    }
}
