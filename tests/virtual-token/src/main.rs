//! A software BTOK card for tests (STB 34.101.79).
fn main() {}
