//! Journey J11: a certificate for a key on the card (STB 34.101.78, chapter 9).
//!
//! Where an enrolment stands is read from the card: no key; a key without a certificate; a request
//! that waits, by its hash in the certificate's place; a certificate. Here only the public key is kept
//! meanwhile ([`pending`]), because a card tells it but once. So whatever ends in between, the
//! computer or the card, the next try goes on.

mod card;
mod checking;
mod ending;
pub(crate) mod pending;
mod relaying;
mod requesting;

use std::sync::Arc;

use jiff::Timestamp;
use kabinet_portal::{Issued, Registration};
use kabinet_stb::Secret;
use kabinet_token::ReaderAddress;

use crate::problem::Code;
use crate::view::{EnrolmentStateView, EnrolmentView, KnownCertificatesView, PromptView, StepView};
use crate::visible::visible_text;
use crate::{Desk, Outcome, apart};

use card::{Asked, KeyPlace, Plan, Prepared};

pub use ending::Ending;

/// What is done with the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyWish {
    /// The key that is on the card gets a certificate; one is made where there is none.
    Keep,
    /// The key on the card is destroyed and another one made.
    Anew,
}

/// An enrolment that waits for the person's consent.
pub struct Enrolling {
    registration: Registration,
    address: ReaderAddress,
    place: KeyPlace,
    wish: KeyWish,
    prompt: PromptView,
}

impl Enrolling {
    /// Who asks, for what; what the trusted prompt shows.
    #[must_use]
    pub fn prompt(&self) -> &PromptView {
        &self.prompt
    }
}

impl Desk {
    /// Looks at card and registration authority. Nothing of the holder goes out, and the card is not
    /// changed.
    ///
    /// # Errors
    /// `usage` for a level that is none; what is in the way of card, PIN or network; `no_portal` when
    /// no registration authority is known.
    pub async fn begin_enrolment(
        &self,
        reader: Option<&str>,
        level: u16,
        wish: KeyWish,
    ) -> Outcome<Enrolling> {
        let place = KeyPlace::of_level(level)?;
        let address = self.choose_card(reader)?;
        let pin = self.usable_pin(&address)?;
        let registration = self.registration().await?;
        let prompt = PromptView::Enrol {
            authority: visible_text(registration.name.clone()),
            address: self.registration_address()?,
            issuer: checking::issuer(&registration)?,
            level,
            new_key: wish == KeyWish::Anew,
            pin,
        };
        Ok(Enrolling {
            registration,
            address,
            place,
            wish,
            prompt,
        })
    }

    /// Gets a certificate: makes the key where there is none, asks for the certificate as a relay
    /// between the card and the registration authority, checks what comes and writes it to the card.
    /// A request that waits is asked after instead.
    ///
    /// The PIN is proved in each of the card's dialogues: before the request, before the terminal, and
    /// before the certificate is written.
    ///
    /// # Errors
    /// What card or authority say. Whatever it is, the same call goes on where this one ended;
    /// `key_unknown` when the key cannot be certified any more and another one is needed.
    pub async fn finish_enrolment(
        &self,
        enrolling: Enrolling,
        pin: Secret,
        progress: &(dyn Fn(StepView) + Sync),
    ) -> Outcome<EnrolmentView> {
        let Enrolling {
            registration,
            address,
            place,
            wish,
            ..
        } = enrolling;
        let pin = Arc::new(pin);
        let mut plan = Plan {
            place,
            wish,
            passes_over: false,
            information: None,
            holder: self.name_of_holder(),
            profile: self.profile.clone(),
        };
        let (asked, issued) = loop {
            progress(StepView::Pin);
            let (opened, proved, planned) = (address.clone(), Arc::clone(&pin), plan.clone());
            let (session, prepared) = telling(progress, move |tell| {
                card::prepare(&opened, &proved, &planned, tell)
            })
            .await?;
            progress(StepView::Portal);
            match prepared {
                Prepared::Waiting(asked) => {
                    drop(session);
                    let issued = registration.retrieve(&asked.identifier).await?;
                    // Where signatures are made without chance, the request for the older certificate
                    // was the same.
                    let is_older = match &issued {
                        Issued::Certificate(der) => asked.older.as_ref() == Some(der),
                        _ => false,
                    };
                    // It never arrived, or came to nothing: the same key asks again.
                    if is_older || matches!(issued, Issued::Unknown | Issued::Rejected) {
                        plan.passes_over = true;
                        plan.wish = KeyWish::Keep;
                    } else {
                        break (asked, issued);
                    }
                }
                Prepared::Request(asked) => {
                    let request = asked.request.clone();
                    let proved = Arc::clone(&pin);
                    let issued =
                        relaying::enrol(&registration, session, &request, proved, progress).await?;
                    break (asked, issued);
                }
            }
        };
        self.conclude(&registration, address, pin, plan, asked, issued, progress)
            .await
    }

    /// Puts on the card what the authority said.
    #[allow(clippy::too_many_arguments)]
    async fn conclude(
        &self,
        registration: &Registration,
        address: ReaderAddress,
        pin: Arc<Secret>,
        plan: Plan,
        asked: Asked,
        issued: Issued,
        progress: &(dyn Fn(StepView) + Sync),
    ) -> Outcome<EnrolmentView> {
        let view = match issued {
            Issued::Certificate(der) => {
                progress(StepView::Checking);
                let issuers = &registration.authorities;
                let certificate = self.check_certificate(&der, &asked, issuers, plan.place)?;
                progress(StepView::Saving);
                let (key, written) = (plan.place.reference, der.clone());
                apart(move || card::install(&address, &pin, &plan, &asked, &written)).await?;
                self.remember_read(key, &der);
                EnrolmentView {
                    state: EnrolmentStateView::Issued,
                    certificate: Some(certificate),
                }
            }
            Issued::Waiting(identifier) => {
                progress(StepView::Saving);
                apart(move || card::keep_waiting(&address, &pin, &plan, &asked, identifier))
                    .await?;
                EnrolmentView {
                    state: EnrolmentStateView::Waiting,
                    certificate: None,
                }
            }
            Issued::Rejected | Issued::Unknown => return Err(Code::EnrolmentRejected.into()),
        };
        progress(StepView::Done);
        Ok(view)
    }

    /// What is known of the person's certificate and of an enrolment, without card and network.
    #[must_use]
    pub fn known_certificates(&self) -> KnownCertificatesView {
        let ends = self.noted_certificates().into_iter();
        let ends = ends.filter_map(|(_, end)| Timestamp::from_second(end).ok());
        KnownCertificatesView {
            ends: ends.map(|end| end.to_string()).collect(),
            begun: pending::is_any(&self.profile),
            authority: self.registration_address().unwrap_or_default(),
        }
    }

    /// The registration authority of the settings, asked what it is.
    async fn registration(&self) -> Outcome<Registration> {
        let client = self.client(&self.registration_address()?)?;
        Ok(Registration::discover(&client).await?)
    }

    /// Its address; where none is set, the portal's.
    fn registration_address(&self) -> Outcome<String> {
        let settings = self.settings();
        let address = settings.registration.or(settings.portal);
        address.ok_or_else(|| Code::NoPortal.into())
    }
}

/// Runs what waits for a card apart, and passes on where it is meanwhile.
async fn telling<T: Send + 'static>(
    progress: &(dyn Fn(StepView) + Sync),
    act: impl FnOnce(&dyn Fn(StepView)) -> Outcome<T> + Send + 'static,
) -> Outcome<T> {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let acting = apart(move || {
        act(&|step| {
            // Whoever listened is gone only when nobody waits for the outcome either.
            let _ = tell.send(step);
        })
    });
    let mut acting = std::pin::pin!(acting);
    loop {
        tokio::select! {
            biased;
            Some(step) = told.recv() => progress(step),
            outcome = &mut acting => return outcome,
        }
    }
}
