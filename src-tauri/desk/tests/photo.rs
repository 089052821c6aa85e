//! The process that decodes pictures: what it may still do, and what becomes of a picture that is
//! more than a photo. Its `main` is that process too, as in the programs, and makes the attempts of a
//! picture that has taken the decoder over.

#![allow(clippy::unwrap_used, missing_docs)]

#[cfg(target_os = "linux")]
mod children;

use std::net::{TcpListener, TcpStream};
use std::process::{Command, ExitCode, Output};
use std::time::{Duration, Instant};

use kabinet_desk::{enclosure, photo, preview};
use kabinet_mrtd::portrait;

#[cfg(target_os = "linux")]
use children::children;

const PATIENCE: Duration = Duration::from_secs(30);
/// An octet a page of these is written.
const MUCH: usize = 512 << 20;
const FORTUNE: &str = "succeeded";

type Test = (&'static str, fn());
const TESTS: &[Test] = &[
    ("a_photo_comes_back", a_photo_comes_back),
    ("what_is_no_photo_is_none", what_is_no_photo_is_none),
    ("an_endless_decoder_is_ended", an_endless_decoder_is_ended),
    ("a_file_is_drawn_small", a_file_is_drawn_small),
    ("what_cannot_be_drawn_is_none", what_cannot_be_drawn_is_none),
    #[cfg(target_os = "linux")]
    ("nothing_but_decoding_is_left", nothing_but_decoding_is_left),
    #[cfg(target_os = "linux")]
    (
        "a_picture_that_needs_too_much_is_none",
        a_picture_that_needs_too_much_is_none,
    ),
];

fn main() -> ExitCode {
    if let Some(ended) = photo::decoder(std::env::args_os()) {
        return ended;
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [who, what, how] = words.iter().map(String::as_str).collect::<Vec<_>>()[..]
        && who == "attempt"
    {
        return attempt(what, how);
    }
    let filter = words.iter().find(|word| !word.starts_with('-'));
    for (name, test) in TESTS {
        if filter.is_none_or(|filter| name.contains(filter.as_str())) {
            test();
            println!("test {name} ... ok");
        }
    }
    ExitCode::SUCCESS
}

/// `free` or `enclosed`: what a decoder that was taken over would try.
fn attempt(what: &str, how: &str) -> ExitCode {
    if how == "enclosed" {
        enclosure::enclose().unwrap();
    }
    let (what, place) = what.split_once('=').unwrap_or((what, ""));
    let succeeded = match what {
        "read" => std::fs::read(place).is_ok(),
        "write" => std::fs::write(place, b"x").is_ok(),
        "connect" => TcpStream::connect(place).is_ok(),
        "listen" => TcpListener::bind("127.0.0.1:0").is_ok(),
        "start" => Command::new("true").status().is_ok(),
        "thread" => std::thread::Builder::new()
            .spawn(|| ())
            .is_ok_and(|thread| thread.join().is_ok()),
        "memory" => {
            let mut octets = vec![0u8; MUCH];
            octets.iter_mut().step_by(4096).for_each(|octet| *octet = 1);
            std::hint::black_box(octets).len() == MUCH
        }
        "endless" => loop {
            std::hint::spin_loop();
        },
        _ => panic!("{what}"),
    };
    if succeeded {
        println!("{FORTUNE}");
    }
    ExitCode::SUCCESS
}

fn ourselves() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

fn try_to(what: &str, how: &str) -> Output {
    ourselves().args(["attempt", what, how]).output().unwrap()
}

fn decode(picture: &[u8]) -> Option<portrait::Pixels> {
    photo::decode_apart(ourselves().arg(photo::ARGUMENT), picture, PATIENCE)
}

fn citizen() -> &'static [u8] {
    let file = include_bytes!("../../../tests/sandbox-portal/holders/citizen/dg2");
    portrait::encoded(file).unwrap()
}

fn a_photo_comes_back() {
    let foreigner = include_bytes!("../../../tests/sandbox-portal/holders/foreigner/dg2");
    for photo in [citizen(), portrait::encoded(foreigner).unwrap()] {
        let pixels = decode(photo).unwrap();
        assert_eq!(pixels.size(), (240, 320));
        assert!(pixels == portrait::decode(photo).unwrap());
    }
    let signature =
        include_bytes!("../../../tests/sandbox-portal/holders/citizen/written-signature");
    assert_eq!(decode(signature).unwrap().size(), (320, 112));
}

fn what_is_no_photo_is_none() {
    for picture in [
        &b""[..],
        b"\x89PNG\r\n\x1A\n",
        b"\xFF\xD8\xFF",
        &citizen()[..200],
    ] {
        assert!(decode(picture).is_none());
    }
    // An answer that is no picture, and a program that is not there.
    let mut other = ourselves();
    let talker = other.args(["attempt", "listen", "free"]);
    assert!(photo::decode_apart(talker, citizen(), PATIENCE).is_none());
    let nobody = &mut Command::new("no-such-program");
    assert!(photo::decode_apart(nobody, citizen(), PATIENCE).is_none());
}

fn an_endless_decoder_is_ended() {
    let begun = Instant::now();
    let mut endless = ourselves();
    endless.args(["attempt", "endless", "free"]);
    let patience = Duration::from_millis(200);
    assert!(photo::decode_apart(&mut endless, citizen(), patience).is_none());
    assert!(begun.elapsed() < PATIENCE);
    #[cfg(target_os = "linux")]
    assert!(children().is_empty(), "{:?}", children());
}

fn drawn(file: &[u8]) -> Option<portrait::Pixels> {
    preview::draw_apart(ourselves().arg(preview::ARGUMENT), file, PATIENCE)
}

/// How many of the samples are darker than grey paper.
fn darkness(pixels: &portrait::Pixels) -> usize {
    let mut octets = Vec::new();
    pixels.write_netpbm(&mut octets).unwrap();
    octets.iter().skip(20).filter(|octet| **octet < 128).count()
}

fn page(texts: usize) -> Vec<u8> {
    let text = kabinet_paper::Part::Text("Сведчанне аб нараджэнні".repeat(20));
    let sheet = kabinet_paper::Sheet {
        language: "be".into(),
        title: "Заява".into(),
        parts: vec![text; texts],
        ..Default::default()
    };
    kabinet_paper::pdf(&sheet).unwrap()
}

fn a_file_is_drawn_small() {
    let (little, much) = (drawn(&page(0)).unwrap(), drawn(&page(6)).unwrap());
    // A4: 210 by 297 mm.
    let (width, height) = much.size();
    assert!((847..=849).contains(&width), "{width}");
    assert!((1199..=1200).contains(&height), "{height}");
    // The letters are there.
    let (few, many) = (darkness(&little), darkness(&much));
    assert!(few > 500 && many > 5 * few, "{few} {many}");
    let foreigner = include_bytes!("../../../tests/sandbox-portal/holders/foreigner/dg2");
    let photo = portrait::encoded(foreigner).unwrap();
    assert!(photo.starts_with(&[0xFF, 0xD8, 0xFF]));
    assert!(drawn(photo).unwrap() == portrait::decode(photo).unwrap());
}

fn what_cannot_be_drawn_is_none() {
    let page = page(1);
    for file in [
        &b""[..],
        b"text",
        &page[..page.len() / 8],
        b"%PDF-1.7\n%%EOF",
        // JPEG 2000 is taken from cards alone.
        citizen(),
    ] {
        assert!(drawn(file).is_none(), "{} octets", file.len());
    }
    // A page in the middle of itself, and one as wide as nothing is.
    for content in ["/X Do", "q 1e38 0 0 1e38 0 0 cm /X Do Q"] {
        let begun = Instant::now();
        let _ = drawn(&itself(content));
        assert!(begun.elapsed() < PATIENCE, "{content}");
    }
    #[cfg(target_os = "linux")]
    assert!(children().is_empty(), "{:?}", children());
}

/// A page with a form that draws itself.
fn itself(content: &str) -> Vec<u8> {
    let form = "/Resources <</XObject <</X 4 0 R>>>>";
    let length = content.len();
    format!(
        "%PDF-1.7
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 5 0 R {form}>> endobj
4 0 obj <</Type /XObject /Subtype /Form /BBox [0 0 99 99] {form} /Length {length}>>
stream
{content}
endstream endobj
5 0 obj <</Length {length}>>
stream
{content}
endstream endobj
trailer <</Root 1 0 R>>
%%EOF"
    )
    .into_bytes()
}

/// Each of these works, and does not work once the process is enclosed.
#[cfg(target_os = "linux")]
fn nothing_but_decoding_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, b"secret").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (read, write, connect) = (
        format!("read={}", file.display()),
        format!("write={}", folder.path().join("other").display()),
        format!("connect={}", listener.local_addr().unwrap()),
    );
    for what in [
        &read, &write, &connect, "listen", "start", "thread", "memory",
    ] {
        let free = try_to(what, "free");
        assert_eq!(free.stdout, format!("{FORTUNE}\n").as_bytes(), "{what}");
        if *what == write {
            std::fs::remove_file(folder.path().join("other")).unwrap();
        }
        let enclosed = try_to(what, "enclosed");
        assert_eq!(enclosed.stdout, b"", "{what} was possible");
        let left = folder.path().join("other").exists();
        assert!(!left, "{what}");
    }
}

/// White, 4096 pixels a side: a few octets to write and half a gibibyte to decode.
#[cfg(target_os = "linux")]
fn a_picture_that_needs_too_much_is_none() {
    let large = include_bytes!("fixtures/large.jp2");
    assert!(large.len() < 64 << 10);
    assert!(decode(large).is_none());
    assert!(children().is_empty(), "{:?}", children());
    // Nothing was wrong with it.
    assert_eq!(portrait::decode(large).unwrap().size(), (4096, 4096));
    assert!(decode(citizen()).is_some());
}
