//! Selecting, reading and writing files (annex B).

use kabinet_stb::apdu::{Command, Status};
use kabinet_stb::oid;

use crate::card_file::{FileId, Hex};
use crate::machine::{DONE, Machine, Outcome, Selected, lengths};
use crate::passwords::PasswordKind;
use crate::rights::EsignRight;
use crate::status;

/// Octets that a file may hold.
const FILE_LIMIT: usize = 0x7FFF;

/// A way to use a file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    Read,
    Write,
}

impl Machine {
    /// SELECT of the master file, an application or an elementary file.
    pub(crate) fn select(&mut self, command: &Command) -> Outcome {
        match (command.p1, command.p2) {
            (0x00, 0x00) => {
                lengths(command, false, false)?;
                self.selected = Selected::MasterFile;
                DONE
            }
            (0x04, 0x0C) => self.select_application(command),
            (0x02, 0x0C) => self.select_file(command),
            _ => Err(status::WRONG_PARAMETERS),
        }
    }

    fn select_application(&mut self, command: &Command) -> Outcome {
        let Some(password) = self.password() else {
            return Err(status::NOT_ALLOWED);
        };
        lengths(command, true, false)?;
        let application = if command.data == oid::AID_EID {
            Selected::Eid(None)
        } else if command.data == oid::AID_ESIGN {
            Self::require(password != PasswordKind::Can)?;
            Selected::Esign(None)
        } else {
            return Err(status::NOT_FOUND);
        };
        self.selected = application;
        DONE
    }

    fn select_file(&mut self, command: &Command) -> Outcome {
        lengths(command, true, false)?;
        let &[high, low] = command.data.as_slice() else {
            return Err(status::WRONG_LENGTH);
        };
        let id = u16::from_be_bytes([high, low]);
        let target = match self.selected {
            Selected::MasterFile => return Err(status::NOT_ALLOWED),
            Selected::Eid(_) => Selected::Eid(Some(id)),
            Selected::Esign(_) => Selected::Esign(Some(id)),
        };
        let read = self.may(target, Access::Read);
        if let Err(refusal) = read {
            self.may(target, Access::Write).map_err(|_| refusal)?;
        }
        if self.content(target).is_none() {
            return Err(status::NOT_FOUND);
        }
        self.selected = target;
        DONE
    }

    /// READ BINARY: what is there from the offset on, at most Le octets of it.
    pub(crate) fn read_binary(&mut self, command: &Command) -> Outcome {
        self.may(self.selected, Access::Read)?;
        lengths(command, false, true)?;
        let content = self.content(self.selected).ok_or(status::NOT_FOUND)?;
        let rest = content
            .get(offset(command)?..)
            .ok_or(status::WRONG_PARAMETERS)?;
        let most = command.ne.unwrap_or_default() as usize;
        Ok(rest.iter().copied().take(most).collect())
    }

    /// UPDATE BINARY: overwrites and, at the end, lengthens; never shortens.
    pub(crate) fn update_binary(&mut self, command: &Command) -> Outcome {
        self.may(self.selected, Access::Write)?;
        lengths(command, true, false)?;
        let offset = offset(command)?;
        let content = self.content(self.selected).ok_or(status::NOT_FOUND)?;
        let end = offset + command.data.len();
        if offset > content.len() {
            return Err(status::WRONG_PARAMETERS);
        }
        if end > FILE_LIMIT {
            return Err(status::WRONG_DATA);
        }
        let mut changed = content.to_vec();
        changed.resize(changed.len().max(end), 0);
        changed.splice(offset..end, command.data.iter().copied());
        let selected = self.selected;
        self.remember(|memory| match selected {
            Selected::Eid(Some(id)) => memory.eid.insert(FileId(id), Hex(changed)),
            Selected::Esign(Some(id)) => memory.esign.insert(FileId(id), Hex(changed)),
            _ => None,
        })?;
        DONE
    }

    fn content(&self, file: Selected) -> Option<&[u8]> {
        let memory = self.store.memory();
        let content = match file {
            Selected::Eid(id) => memory.eid.get(&FileId(id?)),
            Selected::Esign(id) => memory.esign.get(&FileId(id?)),
            Selected::MasterFile => None,
        };
        content.map(|octets| octets.0.as_slice())
    }

    /// Whether the file may be used so now; elementary files in AS need mutual authentication.
    fn may(&self, file: Selected, access: Access) -> Result<(), Status> {
        let terminal_mode = self.is_terminal_mode();
        let mutual = self.terminal.as_ref().is_some_and(|side| side.mutual);
        let password = self.password();
        Self::require(match file {
            Selected::MasterFile | Selected::Eid(None) | Selected::Esign(None) => false,
            Selected::Eid(Some(id)) => {
                let known = matches!(password, Some(PasswordKind::Can | PasswordKind::Pin));
                known && terminal_mode && mutual && self.may_use_group(id, access)
            }
            Selected::Esign(Some(id)) => {
                let mode = self.terminal.is_none() || (terminal_mode && mutual);
                let known = password == Some(PasswordKind::Pin);
                known && mode && self.may_use_esign(id, access, terminal_mode)
            }
        })
    }

    fn may_use_group(&self, id: u16, access: Access) -> bool {
        let [0x01, number] = id.to_be_bytes() else {
            return false;
        };
        match access {
            Access::Read => self.rights().reads_group(number),
            Access::Write => self.rights().writes_group(number),
        }
    }

    fn may_use_esign(&self, id: u16, access: Access, terminal_mode: bool) -> bool {
        let tens = if terminal_mode { 0x10 } else { 0x00 };
        let right = match (id.to_be_bytes(), access) {
            ([0x51, 0x01], Access::Read) => EsignRight::MakeKey,
            // Base mode cannot write Name.
            ([0x51, 0x01], Access::Write) if terminal_mode => EsignRight::WriteName,
            ([0x52 | 0x53, key], Access::Read) if key & 0xF0 == tens => EsignRight::Sign,
            ([0x52 | 0x53, key], Access::Write) if key & 0xF0 == tens => EsignRight::MakeKey,
            _ => return false,
        };
        self.rights().esign(right, terminal_mode)
    }
}

/// The offset in P1 P2, whose first bit is 0.
fn offset(command: &Command) -> Result<usize, Status> {
    if command.p1 & 0x80 != 0 {
        return Err(status::WRONG_PARAMETERS);
    }
    Ok(usize::from(u16::from_be_bytes([command.p1, command.p2])))
}
