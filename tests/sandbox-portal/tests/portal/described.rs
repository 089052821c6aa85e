//! What is described is what is spoken: at every endpoint, and nothing else.

use sandbox_portal::authority::TerminalKind;

use crate::World;

/// A request to each endpoint that means nothing and shows nobody.
#[test]
fn every_endpoint_refuses_as_it_is_described() {
    let world = World::new(TerminalKind::Valid);
    let description = sandbox_portal::schema::document();
    let mut count = 0;
    for (template, methods) in description["paths"].as_object().unwrap() {
        let part = |part: &str| if part.starts_with('{') { "x" } else { part }.to_owned();
        let path: Vec<String> = template.split('/').map(part).collect();
        let path = path.join("/");
        for (method, operation) in methods.as_object().unwrap() {
            let content = operation["requestBody"]["content"].as_object();
            let kind = content.and_then(|content| content.keys().next());
            let (headers, body) = match kind {
                Some(kind) => (
                    format!("Content-Type: {kind}\r\n"),
                    &b"\x30means nothing"[..],
                ),
                None => (String::new(), &[][..]),
            };
            let what = format!("{method} {path}");
            let method = method.to_ascii_uppercase();
            let answer = world.client.raw(&method, &path, &headers, body).unwrap();
            let described = &operation["responses"][answer.status.to_string()];
            assert!(described.is_object(), "{what}: {}", answer.status);
            assert_ne!(answer.status, 500, "{what}: {}", answer.text);
            let shown = operation["security"][0].as_object();
            let needs = |name: &str| shown.is_some_and(|shown| shown.contains_key(name));
            let no_proof = answer.text.contains("invalid_dpop_proof");
            assert_eq!(answer.status == 401, needs("token"), "{what}");
            assert_eq!(no_proof, needs("proof") && !needs("token"), "{what}");
            count += 1;
        }
    }
    assert!(count > 40, "{count}");
    assert_eq!(world.mistakes(), "");
}

#[test]
fn what_is_not_described_is_noted() {
    let world = World::new(TerminalKind::Valid);
    let ask = |method: &str, path: &str, headers: &str, body: &[u8]| {
        let answer = world.client.raw(method, path, headers, body).unwrap();
        (answer.status, world.mistakes())
    };
    assert_eq!(ask("GET", "/oauth/jwks", "", &[]), (200, String::new()));
    let note = "GET /oauth/elsewhere: [\"is not described\"]\n";
    assert_eq!(ask("GET", "/oauth/elsewhere", "", &[]), (404, note.into()));
    let note = "DELETE /oauth/jwks: [\"is not described\"]\n";
    assert_eq!(ask("DELETE", "/oauth/jwks", "", &[]), (405, note.into()));
    let note = "GET /oauth/jwks: [\"the parameter more is not described\"]\n";
    assert_eq!(
        ask("GET", "/oauth/jwks?more=1", "", &[]),
        (200, note.into())
    );
    let note = "GET /oauth/jwks: [\"a body is not described\"]\n";
    assert_eq!(ask("GET", "/oauth/jwks", "", b"{}"), (200, note.into()));
    let note = "POST /ocsp: [\"what is sent comes as \\\"application/json\\\"\"]\n";
    assert_eq!(ask("POST", "/ocsp", "", b"{}"), (200, note.into()));
    let note = "POST /sandbox/quota: [\"what is sent comes as \\\"text/plain\\\"\"]\n";
    let kind = "Content-Type: text/plain\r\n";
    let body = br#"{"octets":null}"#;
    assert_eq!(
        ask("POST", "/sandbox/quota", kind, body),
        (200, note.into())
    );
    assert_eq!(
        ask("POST", "/sandbox/quota", "", body),
        (200, String::new())
    );
    // What is refused may be anything.
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let refused = ask("POST", "/hand-over", form, b"kind=other");
    assert_eq!(refused, (400, String::new()));
    let (status, note) = ask("POST", "/hand-over", form, b"kind=signature&more=1");
    assert!(
        status == 200 && note.contains("'more' was unexpected"),
        "{note}"
    );
}
