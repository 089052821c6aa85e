//! The terminal's reading of data groups: commands protected ahead, answers taken in order.

use std::collections::{BTreeMap, BTreeSet};

use kabinet_stb::apdu::{Command, Response, Status};
use kabinet_stb::sm::ClientChannel;

use crate::der;
use crate::oids;

/// What fits into one short protected answer.
const SHORT: usize = 242;
/// No group is longer in this sandbox; a longer one is refused rather than collected.
const LONGEST: usize = 16 * 1024;

/// Why reading ended without the groups.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
pub enum Refusal {
    /// An answer that is not protected, not in place or not an answer.
    Card,
    /// The card says that it is no longer valid.
    Expired,
}

enum Step {
    Application,
    Validity,
    Select(u8),
    Read(u8, usize),
}

/// One reading, from the selection of eID to the last octet.
pub struct Reader {
    channel: ClientChannel,
    wanted: Vec<u8>,
    /// What the commands under way are about.
    plan: Vec<Step>,
    files: BTreeMap<u8, Vec<u8>>,
    absent: BTreeSet<u8>,
}

impl Reader {
    /// Will read these groups through the terminal's channel.
    #[must_use]
    pub fn new(channel: ClientChannel, wanted: Vec<u8>) -> Self {
        Self {
            channel,
            wanted,
            plan: Vec::new(),
            files: BTreeMap::new(),
            absent: BTreeSet::new(),
        }
    }

    /// The first batch: eID, its validity, then the start of every group.
    ///
    /// # Errors
    /// When a command cannot be protected.
    pub fn first_batch(&mut self) -> Result<Vec<Vec<u8>>, Refusal> {
        self.plan = vec![Step::Application, Step::Validity];
        for group in &self.wanted {
            self.plan.push(Step::Select(*group));
            self.plan.push(Step::Read(*group, 0));
        }
        self.protect()
    }

    /// Takes the answers of a batch; gives the next one, empty when all is read.
    ///
    /// # Errors
    /// When the card answers what a card in order does not.
    pub fn take(&mut self, answers: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Refusal> {
        if answers.len() != self.plan.len() {
            return Err(Refusal::Card);
        }
        for (step, answer) in std::mem::take(&mut self.plan).iter().zip(answers) {
            let answer = Response::parse(answer).map_err(|_| Refusal::Card)?;
            let answer = self.channel.unprotect(&answer).map_err(|_| Refusal::Card)?;
            self.accept(step, &answer)?;
        }
        for group in &self.wanted {
            if self.absent.contains(group) {
                continue;
            }
            let file = self.files.entry(*group).or_default();
            let whole = whole_length(file).ok_or(Refusal::Card)?;
            if whole > LONGEST || whole < file.len() {
                return Err(Refusal::Card);
            }
            if whole > file.len() {
                self.plan.push(Step::Select(*group));
                let starts = (file.len()..whole).step_by(SHORT);
                self.plan.extend(starts.map(|at| Step::Read(*group, at)));
            }
        }
        self.protect()
    }

    /// The files that were read, by group, and the groups that the card does not have.
    #[must_use]
    pub fn finish(self) -> (BTreeMap<u8, Vec<u8>>, BTreeSet<u8>) {
        (self.files, self.absent)
    }

    fn accept(&mut self, step: &Step, answer: &Response) -> Result<(), Refusal> {
        let good = answer.status == Status(0x9000);
        match step {
            Step::Application if good => Ok(()),
            Step::Validity if good => Ok(()),
            Step::Validity if answer.status == Status(0x6200) => Err(Refusal::Expired),
            Step::Application | Step::Validity => Err(Refusal::Card),
            Step::Select(group) => {
                if !good {
                    self.absent.insert(*group);
                }
                Ok(())
            }
            // The group is absent: what the command found instead does not matter.
            Step::Read(group, _) if self.absent.contains(group) => Ok(()),
            Step::Read(group, at) => {
                let file = self.files.entry(*group).or_default();
                // 6282: the file ended before Le octets.
                if !(good || answer.status == Status(0x6282)) {
                    if *at == 0 {
                        self.absent.insert(*group);
                        return Ok(());
                    }
                    return Err(Refusal::Card);
                }
                if *at != file.len() || answer.data.is_empty() {
                    return Err(Refusal::Card);
                }
                file.extend_from_slice(&answer.data);
                Ok(())
            }
        }
    }

    fn protect(&mut self) -> Result<Vec<Vec<u8>>, Refusal> {
        let mut batch = Vec::new();
        for step in &self.plan {
            let command = match step {
                Step::Application => {
                    Command::new(0x00, 0xA4, 0x04, 0x0C).with_data(oids::AID_EID.to_vec())
                }
                Step::Validity => Command::new(0x80, 0x20, 0x80, 0x00)
                    .with_data(der::oid(oids::DOCUMENT_VALIDITY)),
                Step::Select(group) => {
                    Command::new(0x00, 0xA4, 0x02, 0x0C).with_data(vec![0x01, *group])
                }
                Step::Read(group, at) => {
                    // Fifteen bits of offset; `LONGEST` keeps it within.
                    let [high, low] = u16::try_from(*at).map_err(|_| Refusal::Card)?.to_be_bytes();
                    let have = self.files.get(group).and_then(|file| whole_length(file));
                    let left = have.map_or(SHORT, |whole| (whole - at).min(SHORT));
                    let ne = u32::try_from(left).map_err(|_| Refusal::Card)?;
                    Command::new(0x00, 0xB0, high, low).with_ne(ne)
                }
            };
            let command = self.channel.protect(&command).map_err(|_| Refusal::Card)?;
            batch.push(command.encode().map_err(|_| Refusal::Card)?);
        }
        Ok(batch)
    }
}

/// Length of a file from its first octets: one-octet tag, length, value.
fn whole_length(file: &[u8]) -> Option<usize> {
    match file {
        [_, length, ..] if *length < 0x80 => Some(2 + usize::from(*length)),
        [_, 0x81, length, ..] => Some(3 + usize::from(*length)),
        [_, 0x82, high, low, ..] => Some(4 + usize::from(u16::from_be_bytes([*high, *low]))),
        _ => None,
    }
}
