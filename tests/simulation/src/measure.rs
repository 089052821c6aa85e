//! What one pass costs on the wire, measured on real messages.

use std::sync::atomic::Ordering;

use kabinet_portal::Answer;
use reqwest::Request;
use reqwest::header::HeaderMap;

use crate::world::{Stage, World};

/// What a pass costs, in requests and octets of HTTP/1.1. TLS, TCP and IP come on top.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests.
    pub requests: usize,
    /// Octets of all request lines and headers.
    pub request_heads: usize,
    /// Octets of all request bodies.
    pub request_bodies: usize,
    /// Octets of all status lines and headers of answers.
    pub answer_heads: usize,
    /// Octets of all bodies of answers.
    pub answer_bodies: usize,
}

impl Cost {
    pub(crate) fn add(&mut self, request: &Request, answer: &Answer) {
        let body = request.body().and_then(|body| body.as_bytes());
        let body = body.unwrap_or_default().len();
        // What the HTTP library adds to each request and a server to each answer.
        let added = "host: portal.example\r\nuser-agent: kabinet/0.1.0\r\ncontent-length: 1000\r\n";
        let dated = "date: Fri, 01 Jan 2027 00:00:00 GMT\r\ncontent-length: 1000\r\n";
        self.requests += 1;
        self.request_heads += format!("{} {} HTTP/1.1\r\n", request.method(), request.url().path())
            .len()
            + lines(request.headers())
            + added.len();
        self.request_bodies += body;
        self.answer_heads += "HTTP/1.1 200 OK\r\n".len() + lines(&answer.headers) + dated.len();
        self.answer_bodies += answer.body.len();
    }

    /// Octets that the client sends.
    #[must_use]
    pub fn up(&self) -> usize {
        self.request_heads + self.request_bodies
    }

    /// Octets that the portal sends.
    #[must_use]
    pub fn down(&self) -> usize {
        self.answer_heads + self.answer_bodies
    }
}

/// What passes cost.
#[derive(Clone, Copy, Debug)]
pub struct Costs {
    /// Nothing has changed.
    pub idle: Cost,
    /// The same an hour later: the access token has run out.
    pub idle_after_an_hour: Cost,
    /// One application is sent.
    pub sending: Cost,
    /// The authority writes about one application.
    pub change: Cost,
    /// A form is published anew.
    pub news: Cost,
    /// The program was started after the access token had run out: its first pass.
    pub start: Cost,
}

/// Measures what passes cost a person with so many applications, whose drafts travel or not.
#[must_use]
pub fn costs(applications: usize, shared: bool) -> Costs {
    let stage = Stage::new();
    let seeds = (0..).find(|seed| World::new(&stage, *seed, None).is_usual(shared));
    let mut world = World::new(&stage, seeds.unwrap(), None);
    let mut sending = Cost::default();
    for _ in 0..applications {
        world.file(0);
        sending = world.measured_pass(0);
    }
    world.measured_pass(0);
    let idle = world.measured_pass(0);
    world.now.fetch_add(3_600_000, Ordering::Relaxed);
    let idle_after_an_hour = world.measured_pass(0);
    world.be_written_to();
    let change = world.measured_pass(0);
    world.publish();
    let news = world.measured_pass(0);
    world.measured_pass(0);
    world.now.fetch_add(3_600_000, Ordering::Relaxed);
    world.crash(0);
    Costs {
        idle,
        idle_after_an_hour,
        sending,
        change,
        news,
        start: world.measured_pass(0),
    }
}

fn lines(headers: &HeaderMap) -> usize {
    let lengths = headers.iter();
    lengths
        .map(|(name, value)| name.as_str().len() + value.len() + ": \r\n".len())
        .sum()
}
