//! The shell: windows, commands and events.
