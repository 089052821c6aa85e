//! What the sandbox keeps when its power goes in the middle of something.

#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::atomic::{AtomicI64, Ordering};

use sandbox_portal::store::Store;

#[test]
fn what_is_done_together_is_kept_together() {
    for transactions in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("portal.db")).unwrap();
        store
            .add("Application", "a", "1", None, |_| "registered".into())
            .unwrap();
        let left = AtomicI64::new(transactions);
        let power = move || left.fetch_sub(1, Ordering::Relaxed) > 0;
        store.powered_by(power).unwrap();
        let kept = store.together(|store| {
            store.add("Message", "a", "2", None, |_| "a letter".into())?;
            store.update("Application", "a", "1", "withdrawn")
        });
        assert_eq!(kept.is_ok(), transactions > 0);
        let message = store.object_of("Message", "a", "2").unwrap();
        let application = store.object_of("Application", "a", "1").unwrap();
        assert_eq!(message.is_some(), kept.is_ok());
        assert_eq!(application.unwrap().body == "withdrawn", kept.is_ok());
    }
}
