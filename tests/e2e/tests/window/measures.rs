//! How soon the window paints, how soon its page is there, and how much memory it holds. `cargo xtask
//! bench` runs this in an optimised build and shows the numbers.

use std::fs;
use std::time::{Duration, SystemTime};

use e2e::{Pcscd, World};

use crate::driver::Screen;
use crate::shots;

/// Starts whose middle is given: the first one also reads the program from the disk.
const STARTS: usize = 5;

#[tokio::test]
async fn first_paint_and_memory() {
    let _service = Pcscd::start().unwrap();
    let world = World::start().unwrap();
    let profile = world.profile("window").unwrap();
    let screen = Screen::start(world.dir(), &shots());
    let mut paints = Vec::new();
    let mut pages = Vec::new();
    let mut memory = Vec::new();
    for _ in 0..STARTS {
        let window = screen.open(&profile).await;
        window.find("reader-state").await;
        let painted = window.first_paint().await;
        let processes = screen.processes();
        let core = processes
            .iter()
            .find(|(_, name)| name == "kabinet")
            .unwrap();
        let began = started(core.0);
        let after = |moment: SystemTime| {
            moment
                .duration_since(began)
                .expect("painted before it was started")
        };
        let (paint, page) = (after(painted), after(window.noted("page").await));
        paints.push(paint);
        pages.push(page);
        let held: Vec<(&str, u64)> = processes
            .iter()
            // One of the start before may just be ending.
            .filter_map(|(id, name)| Some((name.as_str(), resident(*id)?)))
            .collect();
        for needed in ["kabinet", "WebKitWebProcess"] {
            assert!(held.iter().any(|(name, _)| *name == needed), "{held:?}");
        }
        println!(
            "first paint after {} ms, page after {} ms; proportional set in KiB: {held:?}",
            paint.as_millis(),
            page.as_millis()
        );
        memory.push(held.iter().map(|(_, held)| held).sum::<u64>());
        window.close().await;
    }
    paints.sort();
    pages.sort();
    memory.sort_unstable();
    println!(
        "window: first paint {} ms, page {} ms (middle of {STARTS}), {} MiB resident in all processes",
        paints[STARTS / 2].as_millis(),
        pages[STARTS / 2].as_millis(),
        memory[STARTS / 2] / 1024
    );
    // No measure of speed, but what nobody would wait for is a fault on any computer.
    let most = Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 10 });
    assert!(paints[STARTS / 2] < most, "{paints:?}");
    assert!(memory[STARTS / 2] < 800 * 1024, "{memory:?}");
}

/// When a process was started, to about ten milliseconds (proc_pid_stat(5), field 22).
fn started(process: u32) -> SystemTime {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    // The name, in brackets, may hold anything.
    let rest = stat.rsplit_once(')').unwrap().1;
    let ticks: f64 = rest.split_whitespace().nth(19).unwrap().parse().unwrap();
    // This first: time that passes between the two makes the start earlier, and nothing is painted before.
    let clock = SystemTime::now();
    let uptime = fs::read_to_string("/proc/uptime").unwrap();
    let now: f64 = uptime.split(' ').next().unwrap().parse().unwrap();
    // Linux tells user space a hundred ticks a second on every architecture that we build for.
    clock - Duration::from_secs_f64(now - ticks / 100.0)
}

/// Proportional set size in KiB (proc_pid_smaps(5)): pages shared by several are counted by shares. None
/// of a process that has ended.
fn resident(process: u32) -> Option<u64> {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).ok()?;
    let pss = rollup.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    pss.trim().trim_end_matches(" kB").parse().ok()
}
