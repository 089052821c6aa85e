//! Which portal is set, and with what its server shows who it is.

use kabinet_pki::certificate;

use crate::problem::{Code, Problem};
use crate::view::{PortalView, ServerCertificateView};
use crate::{Desk, Outcome};

impl Desk {
    /// Asks the portal that is set for its certificate. A certificate that the system does not find good
    /// is no answer: the connection does not come about.
    ///
    /// # Errors
    /// `no_portal`; those of the network.
    pub async fn portal_shown(&self) -> Outcome<PortalView> {
        let address = self.settings().portal.ok_or(Code::NoPortal)?;
        let client = self.client(&address)?;
        let shown = client.server_certificate().await?;
        Ok(PortalView {
            address: client.address().to_owned(),
            certificate: shown.map(|der| view(&der)).transpose()?,
        })
    }
}

fn view(der: &[u8]) -> Outcome<ServerCertificateView> {
    let unreadable = |error| Problem::new(Code::CertificateUnreadable).because(error);
    let summary = certificate::summary(der).map_err(unreadable)?;
    let pairs = certificate::fingerprint(der).map(|octet| format!("{octet:02X}"));
    Ok(ServerCertificateView {
        subject: summary.subject,
        issuer: summary.issuer,
        not_before: summary.not_before.to_string(),
        not_after: summary.not_after.to_string(),
        fingerprint: pairs.join(":"),
    })
}
