//! `demo`: the main job, in a window or on the command line.

use std::process::Command;

use e2e::{Cli, Pcscd, VirtualCard, World};
use serde_json::Value;

use crate::checks::window_build;
use crate::run::{Outcome, built, cargo, command, run};
use crate::setup::{Need, setup};

/// The holder of the demo's card.
const HOLDER: &str = "citizen";

/// Starts the sandbox portal and the virtual card, then the window, or without a display or with
/// `--headless` the whole main job through `kabinet-cli`.
pub(crate) fn demo(words: &[String]) -> Outcome {
    let headless = words.iter().any(|word| word == "--headless") || !has_display();
    if headless {
        setup(Need::CommandLine)?;
        run(&mut command(
            &cargo(),
            &[
                "build",
                "--package",
                "kabinet-cli",
                "--package",
                "sandbox-portal",
                "--package",
                "virtual-token",
            ],
        ))?;
    } else {
        setup(Need::Everything)?;
        window_build()?;
        crate::tests::build(&[])?;
    }
    let world = World::with_services()?;
    say("The sandbox portal answers at", &world.sandbox.url);
    let _service = Pcscd::start()
        .map_err(|error| eprintln!("xtask: {error}; the card answers over TCP"))
        .ok();
    let card = if _service.is_some() {
        world.card_in_vpcd(HOLDER, 0)?
    } else {
        world.card_over_tcp(HOLDER)?
    };
    say("The virtual card is in the reader", &card.reader);
    if headless {
        main_job(world, &card)
    } else {
        window(&world)
    }
}

fn has_display() -> bool {
    !cfg!(target_os = "linux")
        || std::env::var_os("DISPLAY").is_some()
        || std::env::var_os("WAYLAND_DISPLAY").is_some()
}

fn window(world: &World) -> Outcome {
    println!("The card's PIN is 123456, its CAN 654321, its PUK 0123456789.");
    println!("This is a sandbox: nothing goes to an authority. Close the window to end it.");
    let profile = world.profile("demo")?;
    e2e::world::mark_as_demo(&profile)?;
    run(Command::new(built("kabinet")).arg("--profile").arg(profile))
}

fn main_job(mut world: World, card: &VirtualCard) -> Outcome {
    let cli = world.cli("demo", Some(card))?;
    step(&cli, "Readers", &["readers"])?;
    step(&cli, "The card before any secret", &["card", "status"])?;
    step(&cli, "Sign-in with the card", &["login"])?;
    step(&cli, "Who is signed in", &["whoami"])?;
    step(&cli, "The card after PIN", &["card", "read"])?;
    step(&cli, "First synchronisation", &["sync"])?;
    let found = step(&cli, "The catalogue", &["catalog", "search", ""])?;
    let procedure = first(&found, "id")?;
    let values = world.dir().join("values.json");
    let draft = step(
        &cli,
        "A new draft, filled in from the card",
        &["draft", "new", &procedure],
    )?;
    let draft_id = text(&draft["summary"]["id"])?;
    e2e::world::fill(&draft, &values)?;
    let values_path = values.to_string_lossy().into_owned();
    step(
        &cli,
        "The rest typed by the person",
        &["draft", "edit", &draft_id, "--data", &values_path],
    )?;
    let sent = step(
        &cli,
        "Shown, signed with the card, sent",
        &["apply", &draft_id],
    )?;
    let signature = world.dir().join("application.p7m");
    let signature_path = signature.to_string_lossy().into_owned();
    step(
        &cli,
        "The signed application, out of the store",
        &["applications", "save", &draft_id, "-o", &signature_path],
    )?;
    let verified = step(
        &cli,
        "Its signature, verified",
        &["verify", &signature_path],
    )?;
    world.sandbox.disconnect();
    println!("\n== The network is pulled ==");
    let listed = step(&cli, "Applications, offline", &["applications"])?;
    step(&cli, "The catalogue, offline", &["catalog", "search", ""])?;
    step(&cli, "Who I am, offline", &["whoami"])?;
    println!(
        "\nRegistration number: {}",
        text(&sent["application"]["registration_number"])?
    );
    println!("Signature: {}", text(&verified["verdict"])?);
    println!(
        "Offline: {} application(s) readable",
        listed.as_array().map_or(0, Vec::len)
    );
    Ok(())
}

fn step(cli: &Cli, title: &str, words: &[&str]) -> Outcome<Value> {
    println!("\n== {title}: kabinet-cli {}", words.join(" "));
    let answer = cli.ok(words)?;
    let shown = serde_json::to_string_pretty(&answer).map_err(|error| error.to_string())?;
    let lines: Vec<&str> = shown.lines().collect();
    const MOST: usize = 40;
    for line in lines.iter().take(MOST) {
        println!("{line}");
    }
    if lines.len() > MOST {
        println!("... {} more lines", lines.len() - MOST);
    }
    Ok(answer)
}

fn say(what: &str, value: &str) {
    println!("{what}: {value}");
}

fn first(list: &Value, member: &str) -> Outcome<String> {
    text(&list[0][member])
}

fn text(value: &Value) -> Outcome<String> {
    value
        .as_str()
        .map(str::to_owned)
        .ok_or_else(|| format!("expected a text, got {value}"))
}
