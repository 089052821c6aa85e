//! Text in the three languages of the interface.

use serde::{Deserialize, Serialize};

/// A text in Belarusian, Russian and English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Belarusian.
    pub be: String,
    /// Russian.
    pub ru: String,
    /// English.
    pub en: String,
}
