//! A portal, identity service and certification authority for tests.
fn main() {}
