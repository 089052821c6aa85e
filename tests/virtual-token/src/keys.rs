//! The keys of eSign: signatures, key tokens, making and destroying.

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::bign::{Level, PrivateKey};
use kabinet_stb::{hash, oid, tlv};

use crate::bpace::only;
use crate::card_file::{FileId, Hex};
use crate::machine::{DONE, Machine, Outcome, Step, lengths};
use crate::memory::Key;
use crate::passwords::PasswordKind;
use crate::rights::EsignRight;
use crate::status;

impl Machine {
    /// MSE:Set DST: the key and the hash algorithm of the signature that follows.
    pub(crate) fn set_signature(&mut self, command: &Command) -> Outcome {
        self.may_use_keys(EsignRight::Sign)?;
        Self::require(self.confirmation.is_set())?;
        lengths(command, true, false)?;
        let objects = tlv::children(&command.data).map_err(|_| status::WRONG_DATA)?;
        let [key, algorithm] = objects.as_slice() else {
            return Err(status::WRONG_DATA);
        };
        let (0x84, &[reference], 0x80, &[algorithm]) =
            (key.tag, key.value, algorithm.tag, algorithm.value)
        else {
            return Err(status::WRONG_DATA);
        };
        let (level, _) = self.usable_reference(reference)?;
        let fitting = match level {
            Level::L128 => 0x90,
            Level::L192 => 0xB0,
            Level::L256 => 0xC0,
        };
        if algorithm != fitting {
            return Err(status::WRONG_DATA);
        }
        self.must_serve(reference)?;
        self.step = Step::SignReady(reference);
        DONE
    }

    /// PSO:Compute Digital Signature over a hash value.
    pub(crate) fn compute_signature(&mut self, command: &Command, step: Step) -> Outcome {
        let Step::SignReady(reference) = step else {
            return Err(status::NOT_ALLOWED);
        };
        // The count of signatures runs with every command, failed ones too.
        self.confirmation.signed();
        lengths(command, true, true)?;
        let (level, algorithm) = self.usable_reference(reference)?;
        if command.data.len() != level.key_len() {
            return Err(status::WRONG_LENGTH);
        }
        let key = self.private_key(reference, level)?;
        Ok(key.sign_hash(algorithm, &command.data))
    }

    /// MSE:Set CT: the key that opens the key token that follows. Needs no confirmed PIN.
    pub(crate) fn set_decipher(&mut self, command: &Command) -> Outcome {
        self.may_use_keys(EsignRight::Sign)?;
        lengths(command, true, false)?;
        let reference = key_reference(&command.data)?;
        self.usable_reference(reference)?;
        self.must_serve(reference)?;
        self.step = Step::DecipherReady(reference);
        DONE
    }

    /// PSO:Decipher: header and token of a key, which comes back in the clear.
    pub(crate) fn decipher(&mut self, command: &Command, step: Step) -> Outcome {
        let Step::DecipherReady(reference) = step else {
            return Err(status::NOT_ALLOWED);
        };
        lengths(command, true, true)?;
        let (level, _) = self.usable_reference(reference)?;
        let Some((header, token)) = command.data.split_first_chunk() else {
            return Err(status::WRONG_LENGTH);
        };
        let key = self.private_key(reference, level)?;
        let opened = key
            .open_key_token(header, token)
            .map_err(|_| status::WRONG_DATA)?;
        // Keys of 128, 192 or 256 bits, no longer than the level of the key that opens.
        if !matches!(opened.expose().len(), 16 | 24 | 32)
            || opened.expose().len() * 8 > level.bits()
        {
            return Err(status::WRONG_DATA);
        }
        Ok(opened.expose().to_vec())
    }

    /// GENERATE ASYMMETRIC KEY PAIR: gives the public key.
    pub(crate) fn generate_key(&mut self, command: &Command) -> Outcome {
        self.may_use_keys(EsignRight::MakeKey)?;
        Self::require(self.confirmation.is_set())?;
        lengths(command, true, true)?;
        let reference = key_reference(only(&command.data, 0xB6)?)?;
        let (level, _) = self.usable_reference(reference)?;
        self.confirmation.reset();
        let made = self.store.memory().keys.get(&reference);
        if made.is_some_and(|key| key.private_key.is_some()) {
            return Err(status::DEACTIVATED);
        }
        let key = PrivateKey::generate(level, &mut *self.random);
        let public_key = key.public_key().to_bytes();
        let stored = Key {
            private_key: Some(key.to_secret().expose().to_vec().into()),
            deactivated: false,
        };
        let print = tlv::encode(0x04, &hash::belt_hash(&public_key));
        let number = u16::from(reference);
        self.remember(|memory| {
            memory.keys.insert(reference, stored);
            memory.esign.insert(FileId(0x5300 | number), Hex(print));
            memory.esign.entry(FileId(0x5200 | number)).or_default();
        })?;
        Ok(public_key)
    }

    /// TERMINATE: destroys a key; one that is not there is destroyed already.
    pub(crate) fn terminate_key(&mut self, command: &Command) -> Outcome {
        self.may_use_keys(EsignRight::MakeKey)?;
        Self::require(self.confirmation.is_set())?;
        lengths(command, true, false)?;
        let reference = key_reference(only(&command.data, 0xB6)?)?;
        self.usable_reference(reference)?;
        self.confirmation.reset();
        self.remember(|memory| {
            if let Some(key) = memory.keys.get_mut(&reference) {
                key.private_key = None;
            }
        })?;
        DONE
    }

    /// ACTIVATE and DEACTIVATE of a key.
    pub(crate) fn switch_key(&mut self, command: &Command, on: bool) -> Outcome {
        self.may_use_keys(EsignRight::SwitchKey)?;
        lengths(command, true, false)?;
        let reference = key_reference(&command.data)?;
        self.usable_reference(reference)?;
        if self.existing(reference)?.private_key.is_none() {
            return Err(status::DEACTIVATED);
        }
        self.remember(|memory| {
            if let Some(key) = memory.keys.get_mut(&reference) {
                key.deactivated = !on;
            }
        })?;
        DONE
    }

    /// PS or AS:AT, after PIN, with eSign selected and the right of the mode in force.
    fn may_use_keys(&self, right: EsignRight) -> Result<(), Status> {
        let terminal_mode = self.is_terminal_mode();
        let in_mode = self.terminal.is_none() || terminal_mode;
        let known = self.password() == Some(PasswordKind::Pin);
        Self::require(in_mode && known && self.in_esign())?;
        Self::require(self.rights().esign(right, terminal_mode))
    }

    /// Level and hash algorithm of a reference, which must be of the mode in force.
    fn usable_reference(&self, reference: u8) -> Result<(Level, &'static [u8]), Status> {
        let level = match reference & 0x0F {
            1 => (Level::L128, oid::BELT_HASH),
            2 => (Level::L192, oid::BASH384),
            3 => (Level::L256, oid::BASH512),
            _ => return Err(status::WRONG_DATA),
        };
        match (reference & 0xF0, self.is_terminal_mode()) {
            (0x00, false) | (0x10, true) => Ok(level),
            // A key made in one mode serves in that mode only.
            (0x00, true) | (0x10, false) => Err(status::NOT_ALLOWED),
            _ => Err(status::WRONG_DATA),
        }
    }

    /// Refuses a key that was never made, was destroyed or is switched off.
    fn must_serve(&self, reference: u8) -> Result<(), Status> {
        let key = self.existing(reference)?;
        if key.private_key.is_none() {
            return Err(status::DEACTIVATED);
        }
        if key.deactivated {
            return Err(status::KEY_DEACTIVATED);
        }
        Ok(())
    }

    fn private_key(&self, reference: u8, level: Level) -> Result<PrivateKey, Status> {
        let stored = self.existing(reference)?.private_key.as_ref();
        let stored = stored.ok_or(status::DEACTIVATED)?;
        PrivateKey::from_bytes(level, &stored.0).map_err(|_| status::INTERNAL)
    }

    fn existing(&self, reference: u8) -> Result<&Key, Status> {
        let keys = &self.store.memory().keys;
        keys.get(&reference).ok_or(status::NO_REFERENCE)
    }
}

/// The value of `84{reference}`.
fn key_reference(data: &[u8]) -> Result<u8, Status> {
    match only(data, 0x84)? {
        &[reference] => Ok(reference),
        _ => Err(status::WRONG_DATA),
    }
}
