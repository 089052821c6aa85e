//! What a window manager does, in a few requests of the X protocol (X Window System Protocol, version
//! 11): the screens of these tests have none.

use std::io::{Read as _, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixStream};

/// A connection to the screen.
pub(crate) struct Display {
    stream: UnixStream,
    root: u32,
}

/// The property in which a window says whose it is (predefined atom).
const WM_CLASS: u32 = 67;

impl Display {
    /// Connects to a display such as `:99`, by the abstract name, of which each net name space has its
    /// own: the file of that name is of the screen that was started last.
    pub(crate) fn open(name: &str) -> Self {
        let path = format!("/tmp/.X11-unix/X{}", name.trim_start_matches(':'));
        let address = SocketAddr::from_abstract_name(path).unwrap();
        let mut stream = UnixStream::connect_addr(&address).unwrap();
        // The lower octet first; version 11.0; nothing to prove.
        stream
            .write_all(&[b'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            .unwrap();
        let mut head = [0; 8];
        stream.read_exact(&mut head).unwrap();
        assert_eq!(head[0], 1, "the screen refuses");
        let mut rest = vec![0; 4 * usize::from(u16::from_le_bytes([head[6], head[7]]))];
        stream.read_exact(&mut rest).unwrap();
        let vendor = usize::from(u16_at(&rest, 16)).next_multiple_of(4);
        let formats = usize::from(rest[21]);
        let root = u32_at(&rest, 32 + vendor + 8 * formats);
        Self { stream, root }
    }

    /// The app's window; what toolkits keep for themselves is smaller.
    pub(crate) fn window(&mut self) -> u32 {
        let tree = self.ask(15, 0, &words(&[self.root]));
        let count = usize::from(u16_at(&tree, 16));
        let children: Vec<u32> = (0..count).map(|at| u32_at(&tree, 32 + 4 * at)).collect();
        children
            .into_iter()
            .find(|window| {
                self.class(*window).starts_with("kabinet\0") && self.size(*window).0 > 300
            })
            .expect("no such window")
    }

    fn class(&mut self, window: u32) -> String {
        let answer = self.ask(20, 0, &words(&[window, WM_CLASS, 0, 0, 64]));
        let length = u32_at(&answer, 16) as usize;
        String::from_utf8_lossy(&answer[32..32 + length]).into_owned()
    }

    pub(crate) fn size(&mut self, window: u32) -> (u16, u16) {
        let answer = self.ask(14, 0, &words(&[window]));
        (u16_at(&answer, 16), u16_at(&answer, 18))
    }

    pub(crate) fn is_shown(&mut self, window: u32) -> bool {
        self.ask(3, 0, &words(&[window]))[26] == 2
    }

    pub(crate) fn resize(&mut self, window: u32, width: u32, height: u32) {
        const WIDTH_AND_HEIGHT: u32 = 0x0C;
        self.send(12, 0, &words(&[window, WIDTH_AND_HEIGHT, width, height]));
    }

    /// As a click on the cross in the frame (ICCCM, clause 4.2.8.1).
    pub(crate) fn close(&mut self, window: u32) {
        let (protocols, delete) = (self.atom("WM_PROTOCOLS"), self.atom("WM_DELETE_WINDOW"));
        // ClientMessage with values of 32 bits.
        let message = [33 | 32 << 8, window, protocols, delete, 0, 0, 0, 0];
        self.send(25, 0, &words(&[&[window, 0][..], &message].concat()));
    }

    fn atom(&mut self, name: &str) -> u32 {
        let length = u32::try_from(name.len()).unwrap();
        let mut body = words(&[length]);
        body.extend(name.as_bytes());
        body.resize(body.len().next_multiple_of(4), 0);
        let answer = self.ask(16, 0, &body);
        u32_at(&answer, 8)
    }

    fn send(&mut self, operation: u8, detail: u8, body: &[u8]) {
        let length = u16::try_from(1 + body.len() / 4).unwrap().to_le_bytes();
        let mut request = vec![operation, detail, length[0], length[1]];
        request.extend(body);
        self.stream.write_all(&request).unwrap();
    }

    fn ask(&mut self, operation: u8, detail: u8, body: &[u8]) -> Vec<u8> {
        self.send(operation, detail, body);
        let mut answer = vec![0; 32];
        self.stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer[0], 1, "the screen refuses {operation}");
        let more = 4 * u32_at(&answer, 4) as usize;
        answer.resize(32 + more, 0);
        self.stream.read_exact(&mut answer[32..]).unwrap();
        answer
    }
}

fn words(list: &[u32]) -> Vec<u8> {
    list.iter().flat_map(|word| word.to_le_bytes()).collect()
}

fn u16_at(octets: &[u8], at: usize) -> u16 {
    u16::from_le_bytes(octets[at..at + 2].try_into().unwrap())
}

fn u32_at(octets: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(octets[at..at + 4].try_into().unwrap())
}
