//! The program with the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    if let Some(ended) = kabinet_desk::photo::decoder(std::env::args_os()) {
        return ended;
    }
    kabinet_app::run();
    ExitCode::SUCCESS
}
