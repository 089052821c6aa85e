//! The use cases of Kabinet, one module a journey.
pub mod view;
