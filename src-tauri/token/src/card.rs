//! A card before any secret, the state IS of clause 11, and the step out of it by BPACE.

use kabinet_stb::Secret;
use kabinet_stb::apdu::{Command, Status};

use crate::bpace::{self, is_about_password, may_try, password_state};
use crate::link::{Link, Repeat};
use crate::{CancelToken, CardError, Hello, Password, PlainCard, ReaderAddress, Session};

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
    /// No card ([`CardError::Removed`], [`CardError::Mute`]), no reader, no service
    /// ([`CardError::ServiceUnavailable`], [`CardError::ServiceVersion`],
    /// [`CardError::AccessDenied`]), or [`CardError::Sharing`].
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
        password_state(self.initialise_bpace(Password::Pin, &Hello::default())?)
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
        let status = self.initialise_bpace(password, hello)?;
        may_try(password, status)?;
        let carry = &mut |command, repeat| self.link.send(&command, repeat);
        let key = bpace::prove(carry, password, secret, hello)?;
        self.link.reset_on_drop();
        Ok(Session::new(self.link, &key, password, hello))
    }

    /// Gives the card for an application that is not of this standard.
    pub fn into_plain(self) -> PlainCard {
        PlainCard::new(self.link)
    }

    /// The initialisation of BPACE. It needs the master file, which is selected after power-on and
    /// which another program may have left; that is looked after only when the card objects.
    fn initialise_bpace(&mut self, password: Password, hello: &Hello) -> Result<Status, CardError> {
        let command = bpace::initialisation(password, hello);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::scripted::Scripted;

    const INITIALISE: &str = "0022C1A40E80092A7000020022654215830103";

    fn card(script: &[(&str, &str)]) -> Card {
        let nowhere = ReaderAddress::Pcsc("Card".into());
        let script = Box::new(Scripted::new(script));
        Card {
            link: Link::new(script, &nowhere, CancelToken::new()),
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
}
