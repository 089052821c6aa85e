//! The sandbox portal as a program of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Outcome;
use crate::http;
use crate::program::{Program, path};

/// The portal, running until this value goes.
pub struct Sandbox {
    program: Option<Program>,
    data: PathBuf,
    listen: String,
    /// What kind of terminal it shows to cards.
    terminal: &'static str,
    /// Its address, such as `http://127.0.0.1:40000`.
    pub url: String,
}

impl Drop for Sandbox {
    /// All that went over the wire must be as `docs/portal.openapi.json` says.
    fn drop(&mut self) {
        let mistakes = std::fs::read_to_string(self.data.join("mistakes.txt"));
        if let Ok(mistakes) = mistakes
            && !std::thread::panicking()
        {
            panic!("not as it is described:\n{mistakes}");
        }
    }
}

impl Sandbox {
    /// Makes authorities and cards below `data`, then serves on a free port.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn start(data: &Path) -> Outcome<Self> {
        Self::start_at(data, "127.0.0.1:0", &[])
    }

    /// As [`Self::start`], with certificates that name its services: who was revoked is told there.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn with_services(data: &Path) -> Outcome<Self> {
        let free = std::net::TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .map_err(|error| error.to_string())?;
        let services = format!("http://{free}");
        Self::start_at(data, &free.to_string(), &["--services", &services])
    }

    fn start_at(data: &Path, listen: &str, words: &[&str]) -> Outcome<Self> {
        let personalised = Command::new(path("sandbox-portal")?)
            .args(["personalise", "--data"])
            .arg(data)
            .args(words)
            .output()
            .map_err(|error| error.to_string())?;
        if !personalised.status.success() {
            return Err(String::from_utf8_lossy(&personalised.stderr).into_owned());
        }
        let mut sandbox = Self {
            program: None,
            data: data.to_path_buf(),
            listen: listen.to_owned(),
            terminal: "valid",
            url: String::new(),
        };
        sandbox.connect()?;
        Ok(sandbox)
    }

    /// Takes the portal off the network, as a pulled cable would.
    pub fn disconnect(&mut self) {
        self.program = None;
    }

    /// Puts it back, at the same address, with what it knew.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn connect(&mut self) -> Outcome {
        let (program, ready) = Program::start_ready(
            Command::new(path("sandbox-portal")?)
                .args(["serve", "--listen", &self.listen])
                .args(["--terminal", self.terminal, "--data"])
                .arg(&self.data),
        )?;
        let url = ready["url"].as_str().ok_or("the portal said no address")?;
        self.listen = url.trim_start_matches("http://").to_owned();
        self.url = url.to_owned();
        self.program = Some(program);
        Ok(())
    }

    /// Its process number, while it runs.
    #[must_use]
    pub fn process(&self) -> Option<u32> {
        self.program.as_ref().map(Program::id)
    }

    /// Shows another kind of terminal to cards from now on: `valid`, `expired` or `foreign`.
    ///
    /// # Errors
    /// When the program does not start.
    pub fn show_terminal(&mut self, terminal: &'static str) -> Outcome {
        self.disconnect();
        self.terminal = terminal;
        self.connect()
    }

    /// The file of a card: `citizen`, `foreigner` or `stateless`.
    #[must_use]
    pub fn card_file(&self, holder: &str) -> PathBuf {
        self.data.join("cards").join(format!("{holder}.json"))
    }

    /// Folder of the trust anchors.
    #[must_use]
    pub fn trust(&self) -> PathBuf {
        self.data.join("trust")
    }

    /// Everything that the portal has registered, of all persons.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn applications(&self) -> Outcome<Vec<Value>> {
        let answer = http::request("GET", &self.listen, "/sandbox/applications", "")?;
        match serde_json::from_str(&answer) {
            Ok(Value::Array(list)) => Ok(list),
            _ => Err(format!("unexpected answer: {answer}")),
        }
    }

    /// Revokes a certificate (DER, in hex) since that moment (seconds since 1970), for a compromised
    /// key.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn revoke(&self, certificate: &str, at: i64) -> Outcome {
        let order = serde_json::json!({
            "certificate": certificate,
            "revocation": {"at": at, "reason": 1},
        });
        let path = "/sandbox/revocations";
        http::request("POST", &self.listen, path, &order.to_string()).map(|_| ())
    }

    /// How many requests came, by path.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn requests(&self) -> Outcome<Value> {
        let answer = http::request("GET", &self.listen, "/sandbox/requests", "")?;
        serde_json::from_str(&answer).map_err(|error| error.to_string())
    }

    /// Publishes the next version of a procedure, by a merge patch of the present one; the new one.
    ///
    /// # Errors
    /// When the portal does not answer or has no such procedure.
    pub fn publish(&self, procedure: &str, patch: &Value) -> Outcome<Value> {
        let path = format!("/sandbox/procedures/{procedure}");
        let answer = http::request("POST", &self.listen, &path, &patch.to_string())?;
        serde_json::from_str(&answer).map_err(|error| error.to_string())
    }

    /// How often each blob was uploaded in full.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn uploads(&self) -> Outcome<Value> {
        let answer = http::request("GET", &self.listen, "/sandbox/uploads", "")?;
        serde_json::from_str(&answer).map_err(|error| error.to_string())
    }

    /// Octets of body of the last request and answer to a path.
    ///
    /// # Errors
    /// When the portal does not answer, or never had such a request.
    pub fn octets(&self, path: &str) -> Outcome<(u64, u64)> {
        let answer = http::request("GET", &self.listen, "/sandbox/octets", "")?;
        let all: Value = serde_json::from_str(&answer).map_err(|error| error.to_string())?;
        let of = |index: usize| all[path][index].as_u64();
        of(0)
            .zip(of(1))
            .ok_or_else(|| format!("no request to {path}"))
    }

    /// Every message of every person.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn messages(&self) -> Outcome<Vec<Value>> {
        let answer = http::request("GET", &self.listen, "/sandbox/messages", "")?;
        serde_json::from_str(&answer).map_err(|error| error.to_string())
    }

    /// Does to an application what an official would, with the operator's command: `act` are the
    /// words after its identifier.
    ///
    /// # Errors
    /// What the command says.
    pub fn operate(&self, application: &str, act: &[&str]) -> Outcome<Value> {
        let output = Command::new(path("sandbox-portal")?)
            .args(["operate", "--url", &self.url, "act", application])
            .args(act)
            .output()
            .map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
    }

    /// As [`Self::operate`], by the lever that the command and the page use.
    ///
    /// # Errors
    /// When the portal does not answer or has no such application.
    pub fn order(&self, order: &Value) -> Outcome {
        http::request("POST", &self.listen, "/sandbox/operate", &order.to_string()).map(|_| ())
    }

    /// Tells the certification authority what an official decides: `mood` (`prompt`, `slow`,
    /// `strict`), `release`, `refuse`, `work`, `validity`.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn authority(&self, order: &Value) -> Outcome {
        http::request(
            "POST",
            &self.listen,
            "/sandbox/authority",
            &order.to_string(),
        )
        .map(|_| ())
    }

    /// What the certification authority has done: `issued`, its certificates with `serial_number` and
    /// `der` in hex, and `passwords`, how many of them have one.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn account(&self) -> Outcome<Value> {
        let answer = http::request("GET", &self.listen, "/sandbox/authority", "")?;
        serde_json::from_str(&answer).map_err(|error| error.to_string())
    }

    /// Hands a certificate request (DER) in at the registration office: its operator vouches for it.
    /// Gives what the certification authority says.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn at_the_office(&self, request: &[u8]) -> Outcome<Value> {
        let digits: String = request.iter().map(|octet| format!("{octet:02x}")).collect();
        let order = serde_json::json!({ "request": digits }).to_string();
        let answer = http::request("POST", &self.listen, "/sandbox/registration", &order)?;
        serde_json::from_str(&answer).map_err(|error| error.to_string())
    }

    /// Takes a document back, as if it had been issued by mistake.
    ///
    /// # Errors
    /// When the portal does not answer or has no such document.
    pub fn withdraw_document(&self, id: &str) -> Outcome {
        let path = format!("/sandbox/documents/{id}");
        http::request("DELETE", &self.listen, &path, "").map(|_| ())
    }

    /// Makes it misbehave (docs/portal-profile.md, the sandbox's own levers).
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn fault(&self, fault: &Value) -> Outcome {
        http::request("POST", &self.listen, "/sandbox/faults", &fault.to_string()).map(|_| ())
    }

    /// Most octets that the uploads of each person may have together; none lifts that.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn quota(&self, octets: Option<u64>) -> Outcome {
        let order = serde_json::json!({ "octets": octets });
        http::request("POST", &self.listen, "/sandbox/quota", &order.to_string()).map(|_| ())
    }

    /// Lets it ask cards for these data groups too, from now on.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn ask_for(&self, groups: &[u8]) -> Outcome {
        let groups = serde_json::json!(groups).to_string();
        http::request("POST", &self.listen, "/sandbox/claims", &groups).map(|_| ())
    }

    /// Ends all misbehaviour.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn behave(&self) -> Outcome {
        http::request("DELETE", &self.listen, "/sandbox/faults", "").map(|_| ())
    }
}

/// A page of the portal that is open in a browser of its own.
pub struct Page {
    host: String,
    cookie: String,
    /// The link that the page shows.
    pub link: String,
}

impl Page {
    /// Opens the page and presses its button: `sign-in` or `signature`.
    ///
    /// # Errors
    /// When the portal does not answer.
    pub fn ask(sandbox: &Sandbox, kind: &str) -> Outcome<Self> {
        let form = format!("kind={kind}");
        let lines = "Content-Type: application/x-www-form-urlencoded\r\n";
        let (head, body) = http::exchange("POST", &sandbox.listen, "/hand-over", lines, &form)?;
        let cookie = head
            .lines()
            .find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("set-cookie").then_some(value)
            })
            .and_then(|cookie| cookie.split(';').next());
        let link = body.split('"').find(|part| part.starts_with("kabinet:"));
        Ok(Self {
            host: sandbox.listen.clone(),
            cookie: cookie.ok_or("no cookie")?.to_owned(),
            link: link.ok_or("no link")?.to_owned(),
        })
    }

    /// What the browser shows at an address of the portal.
    ///
    /// # Errors
    /// When the portal refuses, or does not answer.
    pub fn get(&self, address: &str) -> Outcome<String> {
        let path = address
            .strip_prefix("http://")
            .and_then(|address| address.strip_prefix(&self.host))
            .ok_or("another portal")?;
        let cookie = format!("Cookie: {}\r\n", self.cookie);
        http::exchange("GET", &self.host, path, &cookie, "").map(|(_, body)| body)
    }
}
