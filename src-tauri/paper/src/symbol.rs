//! QR codes (ISO/IEC 18004) as squares.

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around a symbol (ISO/IEC 18004, clause 6.3.8).
pub(crate) const QUIET: u16 = 4;

/// A symbol.
pub(crate) struct Symbol(QrCode);

impl Symbol {
    /// With error correction of level M at least; `None` when no symbol holds that much.
    pub(crate) fn of(text: &str) -> Option<Self> {
        QrCode::encode_text(text, QrCodeEcc::Medium).ok().map(Self)
    }

    /// Modules on a side, the quiet zone included.
    pub(crate) fn side(&self) -> u16 {
        u16::try_from(self.0.size()).unwrap_or_default() + 2 * QUIET
    }

    /// The dark modules as rows of neighbours: column and row of the first, and how many.
    pub(crate) fn runs(&self) -> Vec<(u16, u16, u16)> {
        let size = self.0.size();
        let mut runs: Vec<(u16, u16, u16)> = Vec::new();
        for row in 0..size {
            let mut last_was_dark = false;
            for column in 0..size {
                let is_dark = self.0.get_module(column, row);
                match runs.last_mut() {
                    Some((_, _, length)) if is_dark && last_was_dark => *length += 1,
                    _ if is_dark => {
                        let place = |number| u16::try_from(number).unwrap_or_default() + QUIET;
                        runs.push((place(column), place(row), 1));
                    }
                    _ => {}
                }
                last_was_dark = is_dark;
            }
        }
        runs
    }
}
