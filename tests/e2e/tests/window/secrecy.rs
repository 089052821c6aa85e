//! After a sign-in neither PIN nor passphrase is anywhere in the app: not in the memory of any of its
//! processes, not in what it printed or wrote.

use e2e::{Pcscd, World, memory};
use serde_json::json;

use crate::driver::{Screen, has_ended};
use crate::{shots, sign_in};

/// Where a secret was found.
type Places = Vec<String>;

#[tokio::test]
async fn after_a_sign_in_the_secrets_are_gone() {
    let _service = Pcscd::start().unwrap();
    // Six digits may stand somewhere by chance, but hardly each time.
    let mut found = Vec::new();
    while found.len() < 3 {
        let places = one_sign_in().await;
        if places.is_empty() {
            return;
        }
        println!("found: {places:?}");
        found.push(places);
    }
    panic!("secrets are left: {found:#?}");
}

async fn one_sign_in() -> Places {
    let world = World::start().unwrap();
    let card = world.card_in_vpcd("citizen", 0).unwrap();
    let (pin, passphrase) = (
        e2e::cli::random_pin(),
        format!("fence {} lantern", e2e::cli::random_pin()),
    );
    let mut cli = world.cli("changer", Some(&card)).unwrap();
    cli.secrets["new_pin"] = json!(pin);
    cli.ok(&["pin", "change"]).unwrap();

    let (profile, home) = (world.profile("window").unwrap(), world.dir().join("home"));
    std::fs::create_dir(&home).unwrap();
    let screen = Screen::start(&home, &shots());
    let mut window = screen.open(&profile).await;
    sign_in(&mut window, &pin, &passphrase).await;

    let processes = screen.processes();
    let mut names = Vec::new();
    let mut places = Places::new();
    for (id, name) in &processes {
        // A word of the page: what must be found in the core and in the page's process.
        let counts = memory::count(*id, &[pin.as_bytes(), passphrase.as_bytes(), b"kabinet"]);
        // That of a prompt's page ends when it has closed, and nobody can look into it any more.
        if has_ended(*id) {
            continue;
        }
        let counts = counts.unwrap();
        names.push(name.as_str());
        assert!(counts[2] > 0, "the search finds nothing in {name}");
        if counts[0] + counts[1] > 0 {
            places.push(format!(
                "{name} {id}: PIN {} times, passphrase {} times",
                counts[0], counts[1]
            ));
        }
    }
    println!("looked into {names:?}");
    assert!(names.contains(&"kabinet"), "{names:?}");
    assert!(names.contains(&"WebKitWebProcess"), "{names:?}");
    window.close().await;
    for folder in [&profile, &home] {
        let needles = [pin.as_bytes(), passphrase.as_bytes()];
        let files = e2e::world::files_with(folder, &needles).unwrap();
        places.extend(files.into_iter().map(|file| file.display().to_string()));
    }
    places
}
