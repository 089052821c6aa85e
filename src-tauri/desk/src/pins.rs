//! Journey J3: care for the PIN. Each password is proved once, never again by itself.

use kabinet_stb::Secret;
use kabinet_stb::access::EsignRights;
use kabinet_token::{CancelToken, Card, Hello, Password, ReaderAddress, Session};

use crate::problem::Code;
use crate::view::{CardStatusView, PinView};
use crate::{Desk, Outcome};

impl Desk {
    /// Gives a suspended PIN its last attempt back (STB 34.101.79, clause 6.3). The right PIN, the
    /// next time it is used, brings back the others.
    ///
    /// # Errors
    /// `can_format`, `can_wrong`, `pin_blocked`, `pin_deactivated`; what is in the way of a card.
    pub fn resume_pin(&self, reader: Option<&str>, can: &Secret) -> Outcome<CardStatusView> {
        let address = self.choose_card(reader)?;
        match self.pin_state(&address)? {
            PinView::Blocked => return Err(Code::PinBlocked.into()),
            PinView::Deactivated => return Err(Code::PinDeactivated.into()),
            PinView::Suspended | PinView::Usable { .. } => {}
        }
        open(&address, Password::Can, can, None)?;
        self.card_status(Some(&address.to_string()))
    }

    /// Unblocks the PIN with the PUK; with `new`, sets a new PIN too.
    ///
    /// # Errors
    /// `puk_format`, `puk_wrong`, `pin_format`; what is in the way of a card.
    pub fn unblock_pin(
        &self,
        reader: Option<&str>,
        puk: &Secret,
        new: Option<&Secret>,
    ) -> Outcome<CardStatusView> {
        if let Some(new) = new {
            check_form(Password::Pin, new)?;
        }
        let address = self.choose_card(reader)?;
        open(&address, Password::Puk, puk, Some(EsignRights::UNBLOCK_PIN))?.unblock_pin(new)?;
        self.card_status(Some(&address.to_string()))
    }

    /// Changes the PIN. A wrong old one costs an attempt; nothing costs two.
    ///
    /// # Errors
    /// `pin_format`, `pin_wrong`, `pin_suspended`, `pin_blocked`; what is in the way of a card.
    pub fn change_pin(
        &self,
        reader: Option<&str>,
        old: &Secret,
        new: &Secret,
    ) -> Outcome<CardStatusView> {
        check_form(Password::Pin, new)?;
        let address = self.choose_card(reader)?;
        open(&address, Password::Pin, old, Some(EsignRights::CHANGE_PIN))?.change_pin(old, new)?;
        self.card_status(Some(&address.to_string()))
    }
}

impl Desk {
    /// Switches the PIN off: until it is switched on with the PUK, nobody can use it.
    ///
    /// # Errors
    /// As [`Desk::change_pin`].
    pub fn disable_pin(&self, reader: Option<&str>, pin: &Secret) -> Outcome<CardStatusView> {
        let address = self.choose_card(reader)?;
        open(&address, Password::Pin, pin, Some(EsignRights::SWITCH_PIN))?.deactivate_pin()?;
        self.card_status(Some(&address.to_string()))
    }

    /// Switches the PIN on with the PUK. Its attempts are as they were.
    ///
    /// # Errors
    /// `puk_format`, `puk_wrong`; what is in the way of a card.
    pub fn enable_pin(&self, reader: Option<&str>, puk: &Secret) -> Outcome<CardStatusView> {
        let address = self.choose_card(reader)?;
        open(&address, Password::Puk, puk, Some(EsignRights::SWITCH_PIN))?.activate_pin()?;
        self.card_status(Some(&address.to_string()))
    }
}

/// Proves a password, once. What does not have its form never goes to the card.
pub(crate) fn open(
    address: &ReaderAddress,
    password: Password,
    secret: &Secret,
    esign: Option<EsignRights>,
) -> Outcome<Session> {
    let hello = Hello {
        eid: None,
        esign,
        signatures_per_confirmation: None,
    };
    open_with(address, password, secret, &hello)
}

/// As [`open`], with any rights.
pub(crate) fn open_with(
    address: &ReaderAddress,
    password: Password,
    secret: &Secret,
    hello: &Hello,
) -> Outcome<Session> {
    check_form(password, secret)?;
    let card = Card::connect(address, CancelToken::new())?;
    Ok(card.open(password, secret, hello)?)
}

/// Whether a secret has the form of its password.
pub(crate) fn check_form(password: Password, secret: &Secret) -> Outcome {
    if password.is_well_formed(secret.expose()) {
        return Ok(());
    }
    Err(match password {
        Password::Can => Code::CanFormat,
        Password::Pin => Code::PinFormat,
        Password::Puk => Code::PukFormat,
    }
    .into())
}
