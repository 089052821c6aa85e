//! What a card told at the sign-in beside the groups that have names of their own: optional data
//! (DG12) and the picture of the handwritten signature (DG14).

use crate::signing_in::hex;
use crate::view::{AdditionalDataView, OptionalDataView};
use crate::visible::visible;
use crate::{Code, Desk, Outcome, photo};

impl Desk {
    /// What was shared of it; empty when nothing was. The picture goes through the decoder of photos.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn additional_data(&self) -> Outcome<AdditionalDataView> {
        let holder = self.with_store(|store| Ok(store.person()?.ok_or(Code::NoStore)?.holder))?;
        let optional = holder.optional_data.iter().map(|entry| OptionalDataView {
            kind: entry.kind.clone(),
            value: entry
                .text()
                .map(|text| visible(&text))
                .or_else(|| entry.data.as_deref().map(hex)),
        });
        let signature = holder.written_signature.as_ref();
        Ok(AdditionalDataView {
            optional_data: optional.collect(),
            written_signature: signature.and_then(|picture| photo::shown(&picture.octets)),
        })
    }
}
