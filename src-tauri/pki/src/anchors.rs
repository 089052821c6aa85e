//! The certificates that everything else is proven with.

use std::{fs, io, path::Path};

use thiserror::Error;

use crate::certificate::{Certificate, CertificateError, MAX_CERTIFICATE};

/// The certificates that are trusted without proof.
#[derive(Clone, Debug, Default)]
pub struct TrustAnchors(pub(crate) Vec<Certificate>);

/// Why trust anchors cannot be read.
#[derive(Debug, Error)]
pub enum AnchorError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read the trust anchors: {0}")]
    Io(#[from] io::Error),
    /// A file is no certificate.
    #[error("the trust anchor {name}: {source}")]
    Certificate {
        /// Name of the file.
        name: String,
        /// What is wrong.
        source: CertificateError,
    },
}

impl TrustAnchors {
    /// Reads the files `*.cer` of a folder, each one certificate in DER.
    ///
    /// # Errors
    /// [`AnchorError`] when the folder cannot be read or one of the files is no certificate.
    pub fn from_folder(folder: &Path) -> Result<Self, AnchorError> {
        let mut anchors = Self::default();
        anchors.add_folder(folder)?;
        Ok(anchors)
    }

    /// Adds those of a folder, as [`Self::from_folder`] reads them.
    ///
    /// # Errors
    /// As [`Self::from_folder`].
    pub fn add_folder(&mut self, folder: &Path) -> Result<(), AnchorError> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "cer") {
                continue;
            }
            let too_long = fs::metadata(&path)?.len() > MAX_CERTIFICATE as u64;
            let added = if too_long {
                Err(CertificateError("the file is too long"))
            } else {
                self.add(&fs::read(&path)?)
            };
            added.map_err(|source| AnchorError::Certificate {
                name: path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                source,
            })?;
        }
        Ok(())
    }

    /// Adds a certificate in DER.
    ///
    /// # Errors
    /// [`CertificateError`] when it is none.
    pub fn add(&mut self, der: &[u8]) -> Result<(), CertificateError> {
        self.0.push(Certificate::from_der(der)?);
        Ok(())
    }

    /// How many anchors there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
