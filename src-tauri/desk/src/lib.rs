//! The use cases of Kabinet, one module a journey. Shell and command line call these and nothing
//! below; errors leave as [`Problem`]s, answers as the types of [`view`].

mod speech;

pub mod problem;
pub mod profile;
pub mod view;

pub use problem::{Code, Problem};
pub use profile::{Profile, Settings};

/// Answer of a use case.
pub type Outcome<T = ()> = Result<T, Problem>;
