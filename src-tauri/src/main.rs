//! The program with the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() {
    kabinet_app::run();
}
