//! A card before any secret, the state IS of clause 11, and the step out of it by BPACE.

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::random::SystemRandom;
use kabinet_stb::sm::ClientChannel;
use kabinet_stb::{Secret, bpace, tlv};

use crate::link::{Link, Repeat};
use crate::{CancelToken, CardError, Hello, Password, ReaderAddress, Session};

/// The PIN's attempts when none is used up (clause 6.3).
const PIN_ATTEMPTS: u8 = 3;

/// Why a card was not opened; [`CardError::PinWrong`] and the like tell the attempts left.
pub type OpenFailure = CardError;

/// What the card says of its PIN without any secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordState {
    /// It can be used.
    Usable {
        /// Wrong tries that are left before it is blocked. After the try that makes it 1, the PIN
        /// is suspended; 1 here means that a CAN has resumed it and the next wrong try blocks.
        attempts_left: u8,
    },
    /// One try is left and the CAN must be proved first.
    Suspended,
    /// No tries are left; the PUK unblocks.
    Blocked,
    /// Switched off; the PUK switches it on.
    Deactivated,
}

/// A card in the state IS, held for us alone until it is dropped.
pub struct Card {
    link: Link,
}

impl Card {
    /// Powers the card where needed and takes it for ourselves alone.
    ///
    /// Waits up to five seconds for another program to end its transaction.
    ///
    /// # Errors
    ///
    /// No card ([`CardError::Removed`], [`CardError::Mute`]), no reader, no service, or
    /// [`CardError::Sharing`].
    pub fn connect(address: &ReaderAddress, cancel: CancelToken) -> Result<Self, CardError> {
        Ok(Self {
            link: Link::connect(address, cancel)?,
        })
    }

    /// The answer to reset.
    pub fn atr(&self) -> &[u8] {
        self.link.atr()
    }

    /// Command APDUs that have gone to the card so far.
    pub fn apdu_count(&self) -> u64 {
        self.link.apdus()
    }

    /// Asks the card what state its PIN is in. No secret is involved and no attempt is used.
    ///
    /// # Errors
    ///
    /// [`CardError::NotAnIdCard`] when the card does not know BPACE.
    pub fn pin_state(&mut self) -> Result<PasswordState, CardError> {
        let hello = Hello::default().encode(Password::Pin);
        let status = self.initialise_bpace(hello)?;
        password_state(status, PIN_ATTEMPTS)
    }

    /// Proves `password` by BPACE (clause 12.3.1) and opens the channel between client and card.
    ///
    /// A PIN that the card calls suspended, blocked or deactivated is not tried. With one attempt
    /// left it is: whoever wants to warn asks [`Self::pin_state`] before. A wrong password is sent
    /// once and never again. Afterwards the card stays in its state and can be taken again.
    ///
    /// # Errors
    ///
    /// [`CardError::PinWrong`], [`CardError::CanWrong`], [`CardError::PukWrong`],
    /// [`CardError::Suspended`], [`CardError::Blocked`], [`CardError::Deactivated`];
    /// [`CardError::Protocol`] also for a value that is not of the password's form (nothing is sent).
    pub fn open(
        mut self,
        password: Password,
        secret: &Secret,
        hello: &Hello,
    ) -> Result<Session, OpenFailure> {
        if !password.is_well_formed(secret.expose()) {
            return Err(CardError::Protocol("not of the password's form"));
        }
        let first = hello.encode(password);
        let status = self.initialise_bpace(first.clone())?;
        may_try(password, status)?;

        let mut rng = SystemRandom;
        let (client, m1) = bpace::Client::start(secret, &[], &first, &mut rng);
        let answer = self.authenticate(0x80, &m1, Repeat::Allowed)?;
        let m2 = step_of(password, &answer, 0x81)?;
        let (client, m3) = client
            .receive_m2(&m2, &mut rng)
            .map_err(|_| CardError::Protocol("BPACE: M2"))?;
        let answer = self.authenticate(0x82, &m3, Repeat::Never)?;
        let m4 = step_of(password, &answer, 0x83)?;
        // A card that confirms wrongly has proved nothing, whatever its status says.
        let key = client
            .receive_m4(&m4)
            .map_err(|_| CardError::Protocol("BPACE: the card did not prove the password"))?;
        self.link.reset_on_drop();
        let channel = ClientChannel::new(&key);
        Ok(Session::new(self.link, channel, hello.access()))
    }

    /// The initialisation of BPACE. It needs the master file, which is selected after power-on and
    /// which another program may have left; that is looked after only when the card objects.
    fn initialise_bpace(&mut self, data: Vec<u8>) -> Result<Status, CardError> {
        let command = Command::new(0x00, 0x22, 0xC1, 0xA4).with_data(data);
        let status = self.link.send(&command, Repeat::Allowed)?.status;
        if is_about_password(status) {
            return Ok(status);
        }
        let select = Command::new(0x00, 0xA4, 0x00, 0x00);
        if self.link.send(&select, Repeat::Allowed)?.status != Status::OK {
            return Err(CardError::NotAnIdCard);
        }
        let status = self.link.send(&command, Repeat::Allowed)?.status;
        if is_about_password(status) {
            Ok(status)
        } else {
            Err(CardError::NotAnIdCard)
        }
    }

    fn authenticate(
        &mut self,
        tag: u32,
        message: &[u8],
        repeat: Repeat,
    ) -> Result<Response, CardError> {
        let data = tlv::encode(0x7C, &tlv::encode(tag, message));
        let command = Command::new(0x00, 0x86, 0x00, 0x00)
            .with_data(data)
            .with_ne(256);
        self.link.send(&command, repeat)
    }
}

/// Whether the card is an ID card: it understands the initialisation of BPACE.
///
/// # Errors
///
/// What ends a dialogue, but not [`CardError::NotAnIdCard`], which is `false`.
pub fn is_id_card(card: &mut Card) -> Result<bool, CardError> {
    match card.pin_state() {
        Ok(_) => Ok(true),
        Err(CardError::NotAnIdCard) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Looks whether an ID card is at `address`, for a list of readers: takes the card, asks, and lets
/// it go as it was.
///
/// # Errors
///
/// As [`Card::connect`] and [`is_id_card`].
pub fn identify(address: &ReaderAddress, cancel: CancelToken) -> Result<bool, CardError> {
    is_id_card(&mut Card::connect(address, cancel)?)
}

fn is_about_password(status: Status) -> bool {
    matches!(status.0, 0x9000 | 0x63C0..=0x63CF | 0x6983..=0x6985)
}

fn password_state(status: Status, full: u8) -> Result<PasswordState, CardError> {
    Ok(match status.0 {
        0x9000 => PasswordState::Usable {
            attempts_left: full,
        },
        0x63C0 | 0x6983 => PasswordState::Blocked,
        counted @ 0x63C1..=0x63CF => PasswordState::Usable {
            attempts_left: (counted & 0x0F) as u8,
        },
        0x6984 => PasswordState::Deactivated,
        0x6985 => PasswordState::Suspended,
        _ => return Err(CardError::Status(status)),
    })
}

/// Whether the answer to the initialisation leaves anything to try.
fn may_try(password: Password, status: Status) -> Result<(), CardError> {
    match (password, password_state(status, PIN_ATTEMPTS)?) {
        (_, PasswordState::Usable { .. }) => Ok(()),
        (Password::Puk, PasswordState::Blocked) => Err(CardError::PukWrong { attempts_left: 0 }),
        (_, PasswordState::Blocked) => Err(CardError::Blocked),
        (_, PasswordState::Suspended) => Err(CardError::Suspended),
        (_, PasswordState::Deactivated) => Err(CardError::Deactivated),
    }
}

/// The message that a step of BPACE answers with.
fn step_of(password: Password, answer: &Response, tag: u32) -> Result<Vec<u8>, CardError> {
    match answer.status.0 {
        0x9000 => message(&answer.data, tag),
        counted @ 0x63C0..=0x63CF => Err(wrong(password, (counted & 0x0F) as u8)),
        0x6983 => Err(CardError::Blocked),
        0x6984 => Err(CardError::Deactivated),
        0x6985 => Err(CardError::Suspended),
        0x6982 => Err(CardError::NotAllowed),
        _ => Err(CardError::Status(answer.status)),
    }
}

fn wrong(password: Password, attempts_left: u8) -> CardError {
    match password {
        Password::Pin => CardError::PinWrong { attempts_left },
        Password::Can => CardError::CanWrong,
        Password::Puk => CardError::PukWrong { attempts_left },
    }
}

/// The value of `tag` inside `7C{tag{..}}`, the whole of the answer to GENERAL AUTHENTICATE.
pub(crate) fn message(data: &[u8], tag: u32) -> Result<Vec<u8>, CardError> {
    let broken = || CardError::Protocol("GENERAL AUTHENTICATE: the answer has another form");
    let (outer, rest) = tlv::read(data).map_err(|_| broken())?;
    if outer.tag != 0x7C || !rest.is_empty() {
        return Err(broken());
    }
    let (inner, rest) = tlv::read(outer.value).map_err(|_| broken())?;
    if inner.tag != tag || !rest.is_empty() {
        return Err(broken());
    }
    Ok(inner.value.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::Scripted;

    const INITIALISE: &str = "0022C1A40E80092A7000020022654215830103";

    fn card(script: &[(&str, &str)]) -> Card {
        Card {
            link: Link::new(Box::new(Scripted::new(script)), CancelToken::new()),
        }
    }

    #[test]
    fn pin_state_is_read_from_the_status() {
        for (status, state) in [
            ("9000", PasswordState::Usable { attempts_left: 3 }),
            ("63C2", PasswordState::Usable { attempts_left: 2 }),
            ("63C1", PasswordState::Usable { attempts_left: 1 }),
            ("63C0", PasswordState::Blocked),
            ("6983", PasswordState::Blocked),
            ("6984", PasswordState::Deactivated),
            ("6985", PasswordState::Suspended),
        ] {
            assert_eq!(card(&[(INITIALISE, status)]).pin_state(), Ok(state));
        }
    }

    #[test]
    fn master_file_is_selected_only_on_objection() {
        let mut card = card(&[
            (INITIALISE, "6982"),
            ("00A40000", "9000"),
            (INITIALISE, "9000"),
        ]);
        assert_eq!(is_id_card(&mut card), Ok(true));
        assert_eq!(card.apdu_count(), 3);
    }

    #[test]
    fn other_cards_are_known() {
        let mut other = card(&[(INITIALISE, "6D00"), ("00A40000", "6D00")]);
        assert_eq!(is_id_card(&mut other), Ok(false));
        let mut other = card(&[
            (INITIALISE, "6A88"),
            ("00A40000", "9000"),
            (INITIALISE, "6A88"),
        ]);
        assert_eq!(is_id_card(&mut other), Ok(false));
        let mut pulled = card(&[]);
        assert_eq!(is_id_card(&mut pulled), Err(CardError::Removed));
    }

    #[test]
    fn nothing_is_tried_when_the_pin_cannot_be() {
        for (status, error) in [
            ("6985", CardError::Suspended),
            ("6983", CardError::Blocked),
            ("6984", CardError::Deactivated),
        ] {
            let card = card(&[(INITIALISE, status)]);
            let secret = Secret::new(b"123456".to_vec());
            let opened = card.open(Password::Pin, &secret, &Hello::default());
            assert_eq!(opened.err(), Some(error));
        }
    }

    #[test]
    fn malformed_pin_never_reaches_the_card() {
        let secret = Secret::new(b"12345".to_vec());
        let opened = card(&[]).open(Password::Pin, &secret, &Hello::default());
        assert!(matches!(opened.err(), Some(CardError::Protocol(_))));
    }

    #[test]
    fn answers_to_general_authenticate_are_strict() {
        assert_eq!(message(&[0x7C, 3, 0x81, 1, 5], 0x81), Ok(vec![5]));
        for bad in [
            &[][..],
            &[0x7C, 3, 0x81, 1],
            &[0x7C, 3, 0x80, 1, 5],
            &[0x7C, 3, 0x81, 1, 5, 0],
            &[0x7D, 3, 0x81, 1, 5],
            &[0x7C, 5, 0x81, 1, 5, 0x82, 0],
        ] {
            assert!(message(bad, 0x81).is_err());
        }
    }
}
