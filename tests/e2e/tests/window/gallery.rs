//! Every component in every state, on a page of its own in a browser of the engine that the window has:
//! for everybody in the three languages, in light, dark and high contrast, and with large text.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use e2e::PATIENCE;
use serde_json::json;

use crate::driver::Screen;
use crate::shots;

/// Where Debian and Ubuntu have WebKitGTK's own browser.
const BROWSER: &str = "webkit2gtk-4.1/MiniBrowser";
/// What may lie over the page.
const OVERS: [&str; 6] = ["palette", "status", "keys", "undo", "choices", "calendar"];

#[tokio::test]
async fn every_component_is_for_everybody() {
    let address = serve(shots().parent().unwrap().join("gallery"));
    let home = tempfile::tempdir().unwrap();
    for (theme, languages) in [
        ("Adwaita", &["be", "ru", "en"][..]),
        ("Adwaita:dark", &["be"]),
        ("HighContrast", &["be"]),
        ("HighContrastInverse", &["be"]),
    ] {
        let screen = Screen::start_with(home.path(), &shots(), &[("GTK_THEME", theme)]);
        let window = screen
            .launch("MiniBrowser", &browser(), &["--automation"])
            .await;
        let look = theme.replace(':', "-").to_lowercase();
        for language in languages {
            let page = format!("{address}/index.html?lang={language}");
            window.client.goto(&page).await.unwrap();
            window.css("#gallery progress").await;
            let name = format!("gallery-{language}-{look}");
            window.is_accessible(&name).await;
            // All of it, however long it is.
            let length = "return document.querySelector('main').scrollHeight + 200";
            let length = window.client.execute(length, Vec::new()).await.unwrap();
            let length = u32::try_from(length.as_u64().unwrap()).unwrap();
            window.client.set_window_size(1200, length).await.unwrap();
            window
                .comes_true("return innerHeight > 2000", json!(true))
                .await;
            window.picture(&name).await;
            // Text twice as large in the smallest window is a page half as wide.
            // No window of a browser is as narrow: a frame is.
            let frame = "const frame = document.createElement('iframe');
                frame.src = location.href;
                frame.style = 'width: 280px; height: 8000px; border: 0';
                document.body.replaceChildren(frame)";
            window.client.execute(frame, Vec::new()).await.unwrap();
            let there = "return !!document.querySelector('iframe')
                .contentDocument?.querySelector('#gallery progress')";
            window.comes_true(there, json!(true)).await;
            let beyond = "const page = document.querySelector('iframe').contentDocument;
                const wide = [...page.querySelectorAll('*')]
                    .filter((one) => one.getBoundingClientRect().right > 281);
                return [page.documentElement.scrollWidth,
                    wide.slice(0, 20).map((one) => one.outerHTML.slice(0, 120))]";
            // Pictures and types come a moment later.
            let deadline = Instant::now() + PATIENCE;
            loop {
                let beyond = window.client.execute(beyond, Vec::new()).await.unwrap();
                if beyond[0] == 280 {
                    break;
                }
                assert!(
                    Instant::now() < deadline,
                    "{name} has to be moved sideways to be read: {:#}",
                    beyond[1]
                );
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            window.picture(&format!("{name}-narrow")).await;
            window.client.set_window_size(1200, 960).await.unwrap();
        }
        for over in OVERS {
            let language = languages[0];
            let page = format!("{address}/index.html?lang={language}&over={over}");
            window.client.goto(&page).await.unwrap();
            window
                .css("[role='dialog'], [role='listbox'], [data-testid='undo-bar']")
                .await;
            let name = format!("gallery-{over}-{language}-{look}");
            window.is_accessible(&name).await;
            window.picture(&name).await;
        }
        window.close().await;
    }
}

/// What the side bar paints that index.html paints too: lines and places of its icons, and its name.
const PAINTED: &str = "const side = document.querySelector('.side');
    const place = (box) => [box.x, box.y, box.width, box.height].map(Math.round);
    const icons = [...side.querySelectorAll('.brand svg, .sections svg')].map((icon) =>
        [icon.firstElementChild.getAttribute('d'), ...place(icon.getBoundingClientRect())]);
    const name = side.querySelector('.brand span');
    return [getComputedStyle(side).backgroundColor, name.textContent, place(name.getBoundingClientRect()), ...icons]";

#[tokio::test]
async fn nothing_moves_when_the_window_takes_the_place_of_the_frame_without_words() {
    let address = serve(shots().parent().unwrap().join("gallery"));
    let home = tempfile::tempdir().unwrap();
    let screen = Screen::start_with(home.path(), &shots(), &[("GTK_THEME", "Adwaita")]);
    let window = screen
        .launch("MiniBrowser", &browser(), &["--automation"])
        .await;
    let page = format!("{address}/index.html?lang=be");
    window.client.goto(&page).await.unwrap();
    window.css("#gallery progress").await;
    let own = window.client.execute(PAINTED, Vec::new()).await.unwrap();
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/index.html");
    let page = std::fs::read_to_string(page).unwrap();
    let bare = "document.body.innerHTML = new DOMParser()
        .parseFromString(arguments[0], 'text/html').getElementById('app').outerHTML";
    window
        .client
        .execute(bare, vec![json!(page)])
        .await
        .unwrap();
    let bones = window.client.execute(PAINTED, Vec::new()).await.unwrap();
    assert_eq!(bones, own);
    assert!(own.as_array().unwrap().len() > 8, "{own}");
    window.picture("gallery-frame").await;
    window.close().await;
}

fn browser() -> PathBuf {
    let libraries = std::fs::read_dir("/usr/lib").unwrap().flatten();
    let mut found = libraries.map(|folder| folder.path().join(BROWSER));
    found.find(|path| path.is_file()).expect(BROWSER)
}

/// Gives the files of a folder by HTTP as long as the test runs; the address.
fn serve(folder: PathBuf) -> String {
    assert!(
        folder.join("index.html").is_file(),
        "`npm run gallery` in ui builds {}",
        folder.display()
    );
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, &folder);
        }
    });
    address
}

fn answer(mut stream: TcpStream, folder: &Path) -> std::io::Result<()> {
    let mut line = String::new();
    let mut request = BufReader::new(stream.try_clone()?);
    request.read_line(&mut line)?;
    let mut header = String::new();
    while request.read_line(&mut header)? > 0 && header != "\r\n" {
        header.clear();
    }
    let path = line.split([' ', '?']).nth(1).unwrap_or_default();
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        _ => "application/octet-stream",
    };
    let (status, body) = match std::fs::read(folder.join(path.trim_start_matches('/'))) {
        Ok(body) => ("200 OK", body),
        Err(_) => ("404 Not Found", Vec::new()),
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    )?;
    stream.write_all(&body)
}
