//! The whole line, played by programs as people would.
