//! Journey J4: the card proves its holder to the portal (STB 34.101.79, chapter 10). The client
//! shows who asks and for what, proves the PIN to the card, and carries what terminal and card say
//! to each other.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use kabinet_cache::Person;
use kabinet_portal::{Client, Next, SignedIn};
use kabinet_records::Holder;
use kabinet_stb::Secret;
use kabinet_stb::access::EidRights;
use kabinet_stb::cvc;
use kabinet_token::{Hello, Password, ReaderAddress, Relay};

use crate::pins::open_with;
use crate::problem::{Code, Problem};
use crate::storing::Passphrases;
use crate::view::{ClaimView, ConsentView, PersonView, PromptView, StepView};
use crate::visible::{visible, visible_text};
use crate::{Desk, Outcome, apart, lock};

/// A sign-in that waits for the person's consent.
pub struct SignIn {
    client: Client,
    dialogue: Option<kabinet_portal::SignIn>,
    address: ReaderAddress,
    prompt: PromptView,
    /// How often the store was asked to close when it began.
    lockings: u64,
    /// What it brought, until it is in a store.
    brought: Option<(Person, Secret)>,
}

impl SignIn {
    /// Who asks, for what; what the trusted prompt shows.
    #[must_use]
    pub fn prompt(&self) -> &PromptView {
        &self.prompt
    }
}

impl Desk {
    /// Looks at card and portal, and asks the portal what it wants to know. Nothing of the holder
    /// goes out.
    ///
    /// # Errors
    /// What is in the way of card, PIN or portal; `read_only`.
    pub async fn begin_sign_in(&self, reader: Option<&str>) -> Outcome<SignIn> {
        self.check_writable()?;
        let portal = self.settings().portal.ok_or(Code::NoPortal)?;
        let address = self.choose_card(reader)?;
        let pin = self.usable_pin(&address)?;
        let client = self.client(&portal)?;
        let lockings = self.lockings.load(Ordering::SeqCst);
        let dialogue = kabinet_portal::SignIn::begin(&client).await?;
        let consent = consent(&client, &dialogue)?;
        let prompt = PromptView::SignIn { consent, pin };
        Ok(SignIn {
            client,
            dialogue: Some(dialogue),
            address,
            prompt,
            lockings,
            brought: None,
        })
    }

    /// Signs in. `groups` are the data groups that the person shares beside the required ones;
    /// `passphrases` open or make the store where the system keeps no keys. The PIN is proved once,
    /// whatever happens after it.
    ///
    /// # Errors
    /// What card or portal say; `cancelled` when this sign-in was used before. `passphrase_needed`,
    /// `store_locked`, `passphrase_wrong`, `passphrase_short`: the sign-in is done and only the store
    /// is shut, which [`Desk::keep_signed_in`] opens. Another person's card may be in the reader, so
    /// this cannot be known before.
    pub async fn finish_sign_in(
        &self,
        sign_in: &mut SignIn,
        pin: Secret,
        groups: &[u8],
        passphrases: Passphrases<'_>,
        progress: &(dyn Fn(StepView) + Sync),
    ) -> Outcome<PersonView> {
        self.check_passphrase(passphrases)?;
        let mut dialogue = sign_in.dialogue.take().ok_or(Code::Cancelled)?;
        prove(&mut dialogue, &sign_in.address, pin, groups, progress).await?;
        let SignedIn { session, ticket } = dialogue.finish().await?;
        progress(StepView::Saving);
        let holder = Holder::from_groups(&ticket.groups)
            .map_err(|error| Problem::new(Code::PortalGarbage).because(error))?;
        let person = Person {
            portal: sign_in.client.address().to_owned(),
            subject: ticket.subject,
            holder,
        };
        sign_in.brought = Some((person, session.to_secret()));
        let view = self.keep_signed_in(sign_in, passphrases).await?;
        progress(StepView::Done);
        Ok(view)
    }

    /// Puts what a finished sign-in brought into the person's store.
    ///
    /// # Errors
    /// As [`Desk::finish_sign_in`] says of the store; it may be tried again with another passphrase.
    /// `closed_meanwhile` when the store was closed meanwhile: it stays closed, and the sign-in is over.
    pub async fn keep_signed_in(
        &self,
        sign_in: &mut SignIn,
        passphrases: Passphrases<'_>,
    ) -> Outcome<PersonView> {
        let (person, session) = sign_in.brought.as_ref().ok_or(Code::Cancelled)?;
        // The store may become another person's, and the session is another one in any case.
        let _left = self.leave().await;
        let view = view_of(person, true);
        let kept = self.keep_sign_in(person, session, passphrases, sign_in.lockings);
        let is_over = match &kept {
            Ok(()) => true,
            Err(problem) => problem.code == Code::ClosedMeanwhile,
        };
        if is_over {
            sign_in.brought = None;
        }
        kept.map(|()| view)
    }

    /// Whether the store was closed since that sign-in began: then it cannot be kept.
    pub fn has_closed_since(&self, sign_in: &SignIn) -> bool {
        self.lockings.load(Ordering::SeqCst) != sign_in.lockings
    }

    /// Who the open store belongs to.
    ///
    /// # Errors
    /// `no_store`, `store_locked`.
    pub fn person(&self) -> Outcome<PersonView> {
        self.with_store(|store| {
            let person = store.person()?.ok_or(Code::NoStore)?;
            let session = store.session()?.is_some();
            Ok(view_of(&person, session))
        })
    }

    /// Returns when the portal has ended the session: from then on nothing goes without a new sign-in.
    pub async fn session_ended(&self) {
        self.session_end.notified().await;
    }

    /// Ends the session, at the portal too when it can be reached. What is stored stays readable.
    ///
    /// # Errors
    /// `no_store`, `store_locked`, `read_only`. An unreachable portal is no error: the tokens are
    /// forgotten here and run out there.
    pub async fn logout(&self) -> Outcome {
        let whose = self.store_path()?;
        let area = self.personal_area();
        // Here first: the portal may take its time, and the store may be closed before it has answered.
        self.forget_session(&whose)?;
        if let Ok(area) = area
            && let Err(error) = kabinet_portal::Portal::logout(&*area).await
        {
            tracing::info!("the portal was not told of the sign-out: {error}");
        }
        Ok(())
    }

    /// Ends all sessions of the person at the portal, on whatever computer: for one that was lost, or
    /// that others use. What is stored stays readable, there too.
    ///
    /// # Errors
    /// `no_store`, `store_locked`, `session_expired`; what keeps the portal from doing it: then all
    /// sessions stay, this one too, so that it can be asked again.
    pub async fn logout_everywhere(&self) -> Outcome {
        let whose = self.store_path()?;
        kabinet_portal::Portal::logout_everywhere(&*self.personal_area()?).await?;
        self.forget_session(&whose)
    }

    fn store_path(&self) -> Outcome<PathBuf> {
        self.with_store(|store| Ok(store.path().to_owned()))
    }

    /// Forgets the session in the store at `whose`, where that is still the open one: the portal may have
    /// taken its time to answer.
    fn forget_session(&self, whose: &Path) -> Outcome {
        let mut online = lock(&self.online);
        self.with_store(|store| {
            if store.path() != whose {
                return Err(Code::Cancelled.into());
            }
            Ok(store.set_session(None)?)
        })?;
        *online = None;
        Ok(())
    }
}

/// The dialogue of card and terminal, to its end. The PIN is proved once.
pub(crate) async fn prove(
    dialogue: &mut kabinet_portal::SignIn,
    address: &ReaderAddress,
    pin: Secret,
    groups: &[u8],
    progress: &(dyn Fn(StepView) + Sync),
) -> Outcome {
    let claims = dialogue.terminal().request().claims.iter();
    let shared: Vec<u8> = claims
        .filter(|claim| claim.required || groups.contains(&claim.group))
        .map(|claim| claim.group)
        .collect();
    let hello = Hello {
        eid: Some(EidRights::read_groups(&shared)),
        esign: None,
        signatures_per_confirmation: None,
    };

    progress(StepView::Pin);
    let session = open_with(address, Password::Pin, &pin, &hello)?;
    // It has done its work; what follows waits for the network.
    drop(pin);
    progress(StepView::Terminal);
    let access = session.access().to_vec();
    let terminal = dialogue.terminal();
    let request_hash = terminal.request_hash();
    let (auxiliary, certificates) = (
        terminal.auxiliary_data().to_vec(),
        terminal.certificates().to_vec(),
    );
    let started =
        apart(move || Ok(session.begin_terminal(&request_hash, &auxiliary, &certificates)?))
            .await?;
    let batch = dialogue.answer_m1(&access, &started.m1).await?;
    let (mut relay, m3) = apart(move || Ok(started.finish_terminal(&batch.m2)?)).await?;

    progress(StepView::Reading);
    let (back, responses) = carry(relay, batch.commands).await?;
    relay = back;
    let mut next = dialogue.answer_m3(&m3, &responses).await?;
    while let Next::More(commands) = next {
        let (back, responses) = carry(relay, commands).await?;
        relay = back;
        next = dialogue.answer_more(&responses).await?;
    }
    // The card is free again before the tokens are fetched.
    drop(relay);
    Ok(())
}

/// Carries commands of the terminal to the card until one is answered without protection: the
/// channel is closed then, and the portal decides.
pub(crate) async fn carry(
    mut relay: Relay,
    commands: Vec<Vec<u8>>,
) -> Outcome<(Relay, Vec<Vec<u8>>)> {
    apart(move || {
        let mut responses = Vec::with_capacity(commands.len());
        for command in commands {
            let response = relay.transmit(&command)?;
            // A protected answer has data at least in its authentication code.
            let protected = response.len() > 2;
            responses.push(response);
            if !protected {
                break;
            }
        }
        Ok((relay, responses))
    })
    .await
}

pub(crate) fn consent(client: &Client, dialogue: &kabinet_portal::SignIn) -> Outcome<ConsentView> {
    let garbage = |error: cvc::CvcError| Problem::new(Code::PortalGarbage).because(error);
    let (speaker, request) = (dialogue.terminal(), dialogue.terminal().request());
    let terminal = speaker.certificates().last().ok_or(Code::PortalGarbage)?;
    let terminal = cvc::Certificate::parse(terminal).map_err(garbage)?;
    Ok(ConsentView {
        id: hex(&speaker.request_hash()),
        relying_party: visible_text(request.relying_party.clone()),
        purpose: visible_text(request.purpose.clone()),
        issuer: client.address().to_owned(),
        terminal: visible(terminal.holder()),
        terminal_authority: visible(terminal.authority()),
        terminal_from: day(*terminal.from_date()),
        terminal_until: day(*terminal.until_date()),
        claims: request
            .claims
            .iter()
            .map(|claim| ClaimView {
                group: claim.group,
                name: claim_name(claim.group).to_owned(),
                required: claim.required,
            })
            .collect(),
    })
}

/// Stable name of a data group (STB 34.101.79, clause 7.1).
fn claim_name(group: u8) -> &'static str {
    match group {
        1 => "serial_number",
        2 => "issuing_state",
        3 => "date_of_expiry",
        4 => "given_name",
        5 => "family_name",
        6 => "middle_name",
        7 => "personal_number",
        8 => "date_of_birth",
        9 => "place_of_birth",
        10 => "nationality",
        11 => "sex",
        12 => "optional_data",
        14 => "written_signature",
        15 => "date_of_issuance",
        16 => "issuance_board",
        17 => "place_of_residence",
        18 => "district_id",
        21 => "phone_number",
        22 => "email_address",
        _ => "other",
    }
}

/// Six digits, one an octet, as YYYY-MM-DD.
fn day(digits: cvc::CvDate) -> String {
    let [y1, y2, m1, m2, d1, d2] = digits;
    format!("20{y1}{y2}-{m1}{m2}-{d1}{d2}")
}

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn view_of(person: &Person, session: bool) -> PersonView {
    PersonView {
        name: person.holder.display_name(),
        personal_number: person.holder.personal_number.clone(),
        nationality: person.holder.nationality.clone(),
        birth_date: person.holder.date_of_birth.clone(),
        card_expires: person.holder.date_of_expiry.clone(),
        portal: person.portal.clone(),
        session,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::Arc;

    use kabinet_portal::{Exchange, PortalError, Wire};
    use tokio::sync::Notify;

    use super::*;
    use crate::profile::store_name;
    use crate::{Profile, Surroundings};

    const PORTAL: &str = "http://127.0.0.1:9/";

    fn passphrase() -> Secret {
        Secret::new(b"correct horse battery staple".to_vec())
    }

    fn session() -> Secret {
        let session = serde_json::json!({
            "version": 1, "portal": PORTAL, "access": "a", "refresh": "r",
            "expires_at": 4_000_000_000_i64, "key": "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE",
        });
        Secret::new(session.to_string().into_bytes())
    }

    /// A sign-in of that person as it is when card and portal are done with it.
    fn signed_in(desk: &Desk, subject: &str) -> SignIn {
        let person = Person {
            portal: PORTAL.to_owned(),
            subject: subject.to_owned(),
            holder: Holder::default(),
        };
        SignIn {
            client: desk.client(PORTAL).unwrap(),
            dialogue: None,
            address: "reader".parse().unwrap(),
            prompt: PromptView::Passphrase { new: false },
            lockings: desk.lockings.load(Ordering::SeqCst),
            brought: Some((person, session())),
        }
    }

    async fn keep(desk: &Desk, sign_in: &mut SignIn) -> Result<(), Code> {
        let passphrase = passphrase();
        let kept = desk
            .keep_signed_in(sign_in, Passphrases::either(&passphrase))
            .await;
        kept.map(drop).map_err(|problem| problem.code)
    }

    #[tokio::test]
    async fn a_store_that_was_closed_meanwhile_is_not_opened_by_a_sign_in() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        keep(&desk, &mut signed_in(&desk, "ann")).await.unwrap();
        let state = || desk.store_state().state;
        for subject in ["ann", "bob"] {
            let mut under_way = signed_in(&desk, subject);
            assert!(desk.lock_store().await);
            assert_eq!(state(), "locked");
            assert_eq!(
                keep(&desk, &mut under_way).await,
                Err(Code::ClosedMeanwhile)
            );
            assert_eq!(state(), "locked");
            assert!(desk.has_closed_since(&under_way));
            // It is over, and does not come to it later either.
            assert_eq!(keep(&desk, &mut under_way).await, Err(Code::Cancelled));
            // Closed while it was closed: somebody has left.
            let mut under_way = signed_in(&desk, subject);
            assert!(!desk.lock_store().await);
            assert_eq!(
                keep(&desk, &mut under_way).await,
                Err(Code::ClosedMeanwhile)
            );
            // Who begins afterwards is let in.
            keep(&desk, &mut signed_in(&desk, "ann")).await.unwrap();
            assert_eq!(state(), "open");
        }
        assert_eq!(desk.persons().len(), 1);
    }

    #[tokio::test]
    async fn a_sign_in_ends_with_the_store_that_is_left_or_removed() {
        let dir = tempfile::tempdir().unwrap();
        let desk = Desk::open(Profile::open(dir.path()).unwrap()).unwrap();
        for subject in ["bob", "ann"] {
            keep(&desk, &mut signed_in(&desk, subject)).await.unwrap();
        }
        let passphrase = passphrase();
        let mut under_way = signed_in(&desk, "ann");
        let bob = store_name(PORTAL, "bob");
        desk.switch_person(&bob, Some(&passphrase)).await.unwrap();
        assert_eq!(
            keep(&desk, &mut under_way).await,
            Err(Code::ClosedMeanwhile)
        );
        assert_eq!(desk.profile.current_person(), Some(bob));
        let mut under_way = signed_in(&desk, "bob");
        desk.repair_store(Some(&passphrase)).await.unwrap();
        assert_eq!(
            keep(&desk, &mut under_way).await,
            Err(Code::ClosedMeanwhile)
        );
        // Whoever was forgotten does not come back by it.
        let mut under_way = signed_in(&desk, "bob");
        desk.forget(&desk.whose().unwrap()).await.unwrap();
        assert_eq!(
            keep(&desk, &mut under_way).await,
            Err(Code::ClosedMeanwhile)
        );
        assert_eq!(desk.persons().len(), 1);
        assert_eq!(desk.store_state().state, "none");
    }

    /// A network on which everything waits until it is let go, and then fails.
    #[derive(Default)]
    struct Slow {
        asked: Notify,
        goes: Notify,
    }

    impl Wire for Slow {
        fn exchange(&self, _: reqwest::Request, _: usize) -> Exchange<'_> {
            Box::pin(async {
                self.asked.notify_one();
                self.goes.notified().await;
                Err(PortalError::Offline)
            })
        }
    }

    #[tokio::test]
    async fn a_sign_out_that_takes_its_time_leaves_the_next_person_alone() {
        let dir = tempfile::tempdir().unwrap();
        let slow = Arc::new(Slow::default());
        let surroundings = Surroundings {
            wire: Some(Arc::<Slow>::clone(&slow)),
            ..Surroundings::default()
        };
        let profile = Profile::open(dir.path()).unwrap();
        let desk = Desk::open_in(surroundings, profile).unwrap();
        for subject in ["bob", "ann"] {
            keep(&desk, &mut signed_in(&desk, subject)).await.unwrap();
        }
        let (ann, bob) = (store_name(PORTAL, "ann"), store_name(PORTAL, "bob"));
        let switch = async |to: &str| {
            let passphrase = passphrase();
            let view = desk.switch_person(to, Some(&passphrase)).await.unwrap();
            assert_eq!(view.state, "open");
        };
        let meanwhile = async {
            slow.asked.notified().await;
            let switched = async {
                switch(&bob).await;
                // His session is at hand, for whoever sends.
                desk.personal_area().unwrap();
                slow.goes.notify_one();
            };
            switched.await;
        };
        let (left, ()) = tokio::join!(desk.logout(), meanwhile);
        left.unwrap();
        assert!(desk.person().unwrap().session);
        assert!(lock(&desk.online).is_some());
        // She is signed out, although her store was closed when the portal answered.
        switch(&ann).await;
        assert!(!desk.person().unwrap().session);
        // Nobody in between, it does what it says.
        keep(&desk, &mut signed_in(&desk, "ann")).await.unwrap();
        slow.goes.notify_one();
        desk.logout().await.unwrap();
        assert!(!desk.person().unwrap().session);
        switch(&bob).await;
        assert!(desk.person().unwrap().session);
    }
}
