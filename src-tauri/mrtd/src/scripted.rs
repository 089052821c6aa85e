//! A chip and a generator that say what a test expects.

use std::collections::VecDeque;

use kabinet_stb::Random;
use kabinet_stb::apdu::{Command, Response};

use crate::{Chip, MrtdError};

/// Answers the commands of a script and no others.
pub(crate) struct Scripted(VecDeque<(String, Vec<u8>)>);

impl Scripted {
    pub(crate) fn new(script: &[(&str, &str)]) -> Self {
        let steps = script.iter();
        Self(
            steps
                .map(|(sent, got)| ((*sent).to_owned(), hex::decode(got).unwrap()))
                .collect(),
        )
    }
}

impl Chip for Scripted {
    fn send(&mut self, command: &Command) -> Result<Response, MrtdError> {
        let (expected, answer) = self.0.pop_front().expect("a command too many");
        assert_eq!(hex::encode_upper(command.encode().unwrap()), expected);
        Ok(Response::parse(&answer).unwrap())
    }

    fn takes_extended(&self) -> bool {
        false
    }
}

/// Gives these octets, one value for each time it is asked.
pub(crate) struct Given(VecDeque<Vec<u8>>);

impl Given {
    pub(crate) fn new(values: &[&str]) -> Self {
        Self(
            values
                .iter()
                .map(|value| hex::decode(value).unwrap())
                .collect(),
        )
    }
}

impl Random for Given {
    fn fill(&mut self, octets: &mut [u8]) {
        octets.copy_from_slice(&self.0.pop_front().expect("random octets too many"));
    }
}
