//! Kabinet on the command line.
fn main() {}
