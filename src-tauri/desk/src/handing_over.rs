//! Journey J14: a page of the portal in the browser hands over to the program, for a sign-in or a
//! signature. The consent is the same as without a browser, and so is the trusted prompt. Anybody can
//! make a link: one leads only to the portal that is set, and nothing is asked of it before the person
//! wants to go on.

use kabinet_portal::{Asked, Link, PortalError};
use kabinet_stb::Secret;
use kabinet_stb::hash::belt_hash;
use kabinet_token::ReaderAddress;
use zeroize::Zeroizing;

use crate::problem::{Code, Problem};
use crate::signing::{self, CardSigner};
use crate::signing_in::{self, hex};
use crate::view::{PromptView, StepView};
use crate::visible::{visible, visible_text};
use crate::{Desk, Outcome};

/// A request of a page that waits for the person's consent.
pub struct HandOver {
    request: Option<kabinet_portal::HandOver>,
    /// The dialogue of a sign-in.
    dialogue: Option<kabinet_portal::SignIn>,
    address: ReaderAddress,
    prompt: PromptView,
}

impl HandOver {
    /// Who asks for what; what the trusted prompt shows.
    #[must_use]
    pub fn prompt(&self) -> &PromptView {
        &self.prompt
    }
}

impl Desk {
    /// Looks at a link without following it; answers with the portal that it is of.
    ///
    /// # Errors
    /// `link_unknown`, `no_portal`, `link_elsewhere` when it leads to another portal than the one that
    /// is set.
    pub fn look_at_link(&self, link: &str) -> Outcome<String> {
        Ok(self.link(link)?.origin())
    }

    fn link(&self, link: &str) -> Outcome<Link> {
        let link = Link::parse(link).ok_or(Code::LinkUnknown)?;
        let portal = self.settings().portal.ok_or(Code::NoPortal)?;
        if !link.is_of(&portal) {
            let name = visible(&link.origin());
            return Err(Problem::new(Code::LinkElsewhere).with("name", name));
        }
        Ok(link)
    }

    /// Takes the request, which is good for one time, and looks at card and PIN first: what is in
    /// their way does not use it up. Nothing of the holder goes out.
    ///
    /// # Errors
    /// As [`Desk::look_at_link`]; `link_used`, `link_expired`; what is in the way of card, PIN or
    /// portal.
    pub async fn begin_hand_over(&self, link: &str, reader: Option<&str>) -> Outcome<HandOver> {
        let link = self.link(link)?;
        let portal = self.settings().portal.ok_or(Code::NoPortal)?;
        let address = self.choose_card(reader)?;
        let pin = self.usable_pin(&address)?;
        let client = self.client(&portal)?;
        let request = kabinet_portal::HandOver::take(&client, &link)
            .await
            .map_err(refusal)?;
        let (dialogue, prompt) = match request.asked() {
            Asked::SignIn => {
                let dialogue = kabinet_portal::SignIn::begin_for(&client, &request)
                    .await
                    .map_err(refusal)?;
                let consent = signing_in::consent(&client, &dialogue)?;
                (Some(dialogue), PromptView::SignIn { consent, pin })
            }
            Asked::Signature { title, text } => {
                let prompt = PromptView::SignText {
                    portal: visible(&link.origin()),
                    title: visible_text(title.clone()),
                    text: visible(text),
                    hash: hex(&belt_hash(text.as_bytes())),
                    pin,
                };
                (None, prompt)
            }
        };
        Ok(HandOver {
            request: Some(request),
            dialogue,
            address,
            prompt,
        })
    }

    /// Signs in or signs, and gives the page what it asked for. The answer is the address that the
    /// browser is to open: only the browser in which the page is open can use the code in it.
    /// `groups` are the data groups that the person shares beside the required ones.
    ///
    /// # Errors
    /// What card or portal say; `cancelled` when this request was used before.
    pub async fn finish_hand_over(
        &self,
        handed: &mut HandOver,
        pin: Secret,
        groups: &[u8],
        progress: &(dyn Fn(StepView) + Sync),
    ) -> Outcome<Zeroizing<String>> {
        let request = handed.request.take().ok_or(Code::Cancelled)?;
        let Asked::Signature { text, .. } = request.asked() else {
            let mut dialogue = handed.dialogue.take().ok_or(Code::Cancelled)?;
            signing_in::prove(&mut dialogue, &handed.address, pin, groups, progress).await?;
            let address = dialogue.hand_back(&request).map_err(refusal)?;
            progress(StepView::Done);
            return Ok(address);
        };
        progress(StepView::Pin);
        let cms = {
            let mut signer = CardSigner::open(self, &handed.address, pin)?;
            progress(StepView::Signing);
            let time = signing::time(self.now())?;
            kabinet_pki::sign_attached(text.as_bytes(), &mut signer, time)?
        };
        progress(StepView::Portal);
        let address = request.sign(&cms).await.map_err(refusal)?;
        progress(StepView::Done);
        Ok(address)
    }
}

/// The refusals that only requests of pages have.
fn refusal(error: PortalError) -> Problem {
    let code = match &error {
        PortalError::Refused(reason) if reason == "request_used" => Code::LinkUsed,
        PortalError::Refused(reason) if reason == "request_expired" => Code::LinkExpired,
        PortalError::Refused(reason) if reason == "invalid_request_uri" => Code::LinkUnknown,
        _ => return error.into(),
    };
    Problem::new(code).because(error)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::Profile;

    #[test]
    fn a_link_leads_to_the_portal_that_is_set_and_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        let link = |host: &str| {
            format!("kabinet:hand-over?request_uri=https%3A%2F%2F{host}%2Fhand-over%2F1")
        };
        let code = |link: &str| desk.look_at_link(link).unwrap_err().code;
        assert_eq!(code(&link("portal.example")), Code::NoPortal);
        desk.use_portal("https://portal.example");
        assert_eq!(
            desk.look_at_link(&link("portal.example")).unwrap(),
            "https://portal.example"
        );
        assert_eq!(
            code(&link("portal.example.evil.example")),
            Code::LinkElsewhere
        );
        assert_eq!(code("kabinet:forget"), Code::LinkUnknown);
    }
}
