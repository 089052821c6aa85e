//! The process that runs the scripts by which networks name their proxies: what the functions of the
//! format answer, and what becomes of a script that means harm. Its `main` is that process too, as in the
//! programs.

#![allow(clippy::unwrap_used, missing_docs)]

#[cfg(target_os = "linux")]
mod children;

use std::net::Ipv4Addr;
use std::process::{Command, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kabinet_desk::photo;
use kabinet_desk::proxy_script::{ARGUMENT, LONGEST_SCRIPT, Question, evaluate};

#[cfg(target_os = "linux")]
use children::children;

const PATIENCE: Duration = Duration::from_secs(30);

type Test = (&'static str, fn());
const TESTS: &[Test] = &[
    ("the_functions_of_the_format", the_functions_of_the_format),
    ("a_script_of_a_network", a_script_of_a_network),
    (
        "scripts_that_say_nothing_useful",
        scripts_that_say_nothing_useful,
    ),
    ("scripts_that_mean_harm", scripts_that_mean_harm),
    (
        "a_script_has_nothing_but_the_format",
        a_script_has_nothing_but_the_format,
    ),
    (
        "names_are_looked_up_a_few_times",
        names_are_looked_up_a_few_times,
    ),
    (
        "names_have_a_time_of_their_own",
        names_have_a_time_of_their_own,
    ),
    (
        "who_says_something_else_is_not_heard",
        who_says_something_else_is_not_heard,
    ),
    #[cfg(target_os = "linux")]
    ("the_time_zone_is_known", the_time_zone_is_known),
];

fn main() -> ExitCode {
    if let Some(ended) = photo::decoder(std::env::args_os()) {
        return ended;
    }
    let filter = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    for (name, test) in TESTS {
        if filter
            .as_ref()
            .is_none_or(|filter| name.contains(filter.as_str()))
        {
            test();
            println!("test {name} ... ok");
        }
    }
    #[cfg(target_os = "linux")]
    assert!(children().is_empty(), "{:?}", children());
    ExitCode::SUCCESS
}

fn process() -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    // Three hours east of Greenwich, without a change of the clock.
    command.arg(ARGUMENT).env("TZ", "XYZ-3");
    command
}

fn question(script: &[u8]) -> Question {
    Question {
        url: "https://portal.example:8443/".to_owned(),
        host: "portal.example".to_owned(),
        ours: "192.0.2.7".to_owned(),
        script: script.to_vec(),
    }
}

/// The only name that there is.
fn resolve(name: &str, _: Duration) -> Option<Ipv4Addr> {
    (name == "known.example").then_some(Ipv4Addr::new(10, 1, 2, 3))
}

fn run(script: &str) -> Option<String> {
    evaluate(
        &mut process(),
        question(script.as_bytes()),
        resolve,
        PATIENCE,
    )
}

/// What a script answers that does nothing else than this.
fn returning(body: &str) -> Option<String> {
    run(&format!("function FindProxyForURL(url, host) {{ {body} }}"))
}

/// A Thursday evening in Greenwich, half an hour after midnight of Friday here.
const NOW: &str = "const Real = Date;
    globalThis.Date = class extends Real {
        constructor() { super(Real.UTC(2026, 10, 26, 21, 30, 15)); }
    };";

/// The examples of the format's description by Netscape and MDN, and what is at their edges.
const ANSWERS: &[(&str, &str)] = &[
    (r#"isPlainHostName("www")"#, "true"),
    (r#"isPlainHostName("www.example.by")"#, "false"),
    (r#"isPlainHostName("::1")"#, "false"),
    (r#"dnsDomainIs("www.example.by", ".example.by")"#, "true"),
    (r#"dnsDomainIs("www", ".example.by")"#, "false"),
    (
        r#"dnsDomainIs("www.example.by.evil", ".example.by")"#,
        "false",
    ),
    (
        r#"localHostOrDomainIs("www.example.by", "www.example.by")"#,
        "true",
    ),
    (r#"localHostOrDomainIs("www", "www.example.by")"#, "true"),
    (
        r#"localHostOrDomainIs("www.mcom.com", "www.example.by")"#,
        "false",
    ),
    (r#"localHostOrDomainIs("ww", "www.example.by")"#, "false"),
    (r#"isResolvable("known.example")"#, "true"),
    (r#"isResolvable("unknown.example")"#, "false"),
    (
        r#"isInNet("198.95.249.79", "198.95.249.79", "255.255.255.255")"#,
        "true",
    ),
    (
        r#"isInNet("198.95.6.8", "198.95.0.0", "255.255.0.0")"#,
        "true",
    ),
    (
        r#"isInNet("198.96.6.8", "198.95.0.0", "255.255.0.0")"#,
        "false",
    ),
    (
        r#"isInNet("known.example", "10.1.0.0", "255.255.0.0")"#,
        "true",
    ),
    (
        r#"isInNet("known.example", "10.2.0.0", "255.255.0.0")"#,
        "false",
    ),
    (
        r#"isInNet("unknown.example", "0.0.0.0", "0.0.0.0")"#,
        "false",
    ),
    (
        r#"isInNet("10.1.2.3", "10.1.0.0", "255.255.0.256")"#,
        "false",
    ),
    (r#"isInNet("10.1.2.3", "10.1.0.0")"#, "false"),
    (r#"dnsResolve("known.example")"#, "10.1.2.3"),
    (r#"dnsResolve("unknown.example")"#, "null"),
    (r#"dnsResolve("10.9.8.7")"#, "10.9.8.7"),
    (r#"convert_addr("104.16.41.2")"#, "1745889538"),
    (r#"convert_addr("192.168.0.1")"#, "-1062731775"),
    (r#"convert_addr("nothing")"#, "0"),
    ("myIpAddress()", "192.0.2.7"),
    (r#"dnsDomainLevels("www")"#, "0"),
    (r#"dnsDomainLevels("mozilla.org")"#, "1"),
    (r#"dnsDomainLevels("www.mozilla.org")"#, "2"),
    (
        r#"shExpMatch("http://home.netscape.com/people/ari/index.html", "*/ari/*")"#,
        "true",
    ),
    (
        r#"shExpMatch("http://home.netscape.com/people/montulli/index.html", "*/ari/*")"#,
        "false",
    ),
    (r#"shExpMatch("a.b", "a?b")"#, "true"),
    (r#"shExpMatch("ab", "a?b")"#, "false"),
    (r#"shExpMatch("axb", "a.b")"#, "false"),
    (r#"shExpMatch("[a+b](c)", "[a+b](c)")"#, "true"),
    (r#"shExpMatch("aabab", "a*ab")"#, "true"),
    (r#"shExpMatch("aabac", "a*ab")"#, "false"),
    (r#"shExpMatch("", "*")"#, "true"),
    (r#"shExpMatch("", "")"#, "true"),
    (r#"shExpMatch("x", "")"#, "false"),
    (
        r#"shExpMatch("a".repeat(20000), "*a".repeat(2000) + "b")"#,
        "false",
    ),
    (r#"weekdayRange("FRI")"#, "true"),
    (r#"weekdayRange("THU")"#, "false"),
    (r#"weekdayRange("THU", "GMT")"#, "true"),
    (r#"weekdayRange("MON", "FRI")"#, "true"),
    (r#"weekdayRange("FRI", "MON")"#, "true"),
    (r#"weekdayRange("SAT", "WED")"#, "false"),
    (r#"weekdayRange("SAT", "THU", "GMT")"#, "true"),
    (r#"weekdayRange("XXX")"#, "false"),
    ("weekdayRange()", "false"),
    ("dateRange(27)", "true"),
    ("dateRange(26)", "false"),
    (r#"dateRange(26, "GMT")"#, "true"),
    ("dateRange(1, 15)", "false"),
    ("dateRange(20, 30)", "true"),
    (r#"dateRange("NOV")"#, "true"),
    (r#"dateRange("OCT", "DEC")"#, "true"),
    (r#"dateRange("JAN", "MAR")"#, "false"),
    (r#"dateRange("OCT", "JAN")"#, "true"),
    ("dateRange(2026)", "true"),
    ("dateRange(1995)", "false"),
    ("dateRange(2025, 2027)", "true"),
    (r#"dateRange(27, "NOV", 27, "NOV")"#, "true"),
    (r#"dateRange(1, "JUN", 15, "AUG")"#, "false"),
    (r#"dateRange(24, "DEC", 6, "JAN")"#, "false"),
    (r#"dateRange(25, "NOV", 6, "JAN")"#, "true"),
    (r#"dateRange("OCT", 2026, "MAR", 2027)"#, "true"),
    (r#"dateRange("OCT", 2025, "MAR", 2026)"#, "false"),
    (r#"dateRange(1, "JUN", 1995, 15, "AUG", 1995)"#, "false"),
    (r#"dateRange(1, "JUN", 1995, 15, "AUG", 2030)"#, "true"),
    (r#"dateRange(1, 2, "NOV")"#, "false"),
    ("dateRange()", "false"),
    ("timeRange(0)", "true"),
    ("timeRange(21)", "false"),
    (r#"timeRange(21, "GMT")"#, "true"),
    ("timeRange(0, 8)", "true"),
    ("timeRange(9, 17)", "false"),
    ("timeRange(0, 0, 0, 30)", "true"),
    ("timeRange(0, 31, 1, 0)", "false"),
    ("timeRange(22, 0, 6, 0)", "true"),
    ("timeRange(0, 30, 15, 0, 30, 15)", "true"),
    ("timeRange(0, 30, 16, 0, 31, 0)", "false"),
    (r#"timeRange(21, 30, 10, 21, 30, 20, "GMT")"#, "true"),
    ("timeRange(1, 2, 3)", "false"),
    (r#"timeRange("x", "y")"#, "false"),
    (r#"alert("x")"#, "undefined"),
];

fn the_functions_of_the_format() {
    let expressions: Vec<_> = ANSWERS.iter().map(|(expression, _)| *expression).collect();
    let script = format!(
        "{NOW} function FindProxyForURL() {{ return [{}].map(String).join('|'); }}",
        expressions.join(",\n")
    );
    let said = run(&script).unwrap();
    let said: Vec<_> = said.split('|').collect();
    assert_eq!(said.len(), ANSWERS.len());
    for ((expression, expected), said) in ANSWERS.iter().zip(said) {
        assert_eq!(said, *expected, "{expression}");
    }
}

/// As administrators write them: variables that nobody declared, comments in a code page.
fn a_script_of_a_network() {
    let script = b"\xEF\xBB\xBF// \xCF\xF0\xEE\xEA\xF1\xE8
        proxies = 'PROXY proxy.example.by:3128; DIRECT';
        function FindProxyForURL(url, host) {
            if (isPlainHostName(host) || isInNet(host, '10.0.0.0', '255.0.0.0')) return 'DIRECT';
            if (shExpMatch(url, 'https://portal.example:8443/')) return proxies;
            return 'DIRECT';
        }";
    let said = evaluate(&mut process(), question(script), resolve, PATIENCE);
    assert_eq!(said.as_deref(), Some("PROXY proxy.example.by:3128; DIRECT"));
    assert_eq!(
        returning("return url + ' ' + host").as_deref(),
        Some("https://portal.example:8443/ portal.example")
    );
    assert_eq!(
        run("const FindProxyForURL = () => 'DIRECT'").as_deref(),
        Some("DIRECT")
    );
    // The format says that this is no proxy.
    assert_eq!(returning("return null").as_deref(), Some(""));
    // An answer is one line, whatever is in it.
    assert_eq!(
        returning(r"return 'DIRECT\n= PROXY evil:1'").as_deref(),
        Some("DIRECT = PROXY evil:1")
    );
}

fn scripts_that_say_nothing_useful() {
    for body in [
        "throw new Error('no')",
        "throw null",
        "",
        "return undefined",
        "return 7",
        "return {}",
        "return ['DIRECT']",
        "return Promise.resolve('DIRECT')",
        "return new String('DIRECT')",
        "return nobody()",
    ] {
        assert_eq!(returning(body), None, "{body}");
    }
    for script in [
        "",
        "var FindProxyForURL = 7;",
        "function FindProxyForUrl() { return 'DIRECT'; }",
        "function FindProxyForURL( { return 'DIRECT'; }",
        "throw 1; function FindProxyForURL() { return 'DIRECT'; }",
        "async function FindProxyForURL() { return 'DIRECT'; }",
        "<html><body>Sign in to this network</body></html>",
        "function FindProxyForURL() { return 'DIRECT'; }\0",
    ] {
        assert_eq!(run(script), None, "{script}");
    }
}

fn scripts_that_mean_harm() {
    for body in [
        // Time.
        "for (;;);",
        "for (;;) { try { for (;;); } catch {} }",
        "return /(a+)+$/.test('a'.repeat(60) + 'b') ? 'DIRECT' : 'PROXY p:1'",
        // Memory.
        "const all = []; for (;;) all.push(new Array(100000).fill(all.length));",
        "let text = 'x'; for (;;) text += text;",
        "return String(new ArrayBuffer(0x7fffffff))",
        "return 'x'.repeat(0x3fffffff)",
        "const f = () => f(); return f()",
        "let deep = '['.repeat(900000); return JSON.parse(deep)",
        // An answer without end.
        "return 'PROXY p:1;'.repeat(1000)",
    ] {
        let begun = Instant::now();
        assert_eq!(returning(body), None, "{body}");
        assert!(begun.elapsed() < Duration::from_secs(60), "{body}");
    }
    assert_eq!(run("for (;;);"), None);
    let long = format!(
        "{}function FindProxyForURL() {{ return 'DIRECT' }}",
        " ".repeat(LONGEST_SCRIPT)
    );
    assert_eq!(run(&long), None);
    assert_eq!(
        run(&long[long.len() - LONGEST_SCRIPT..]).as_deref(),
        Some("DIRECT")
    );
    // What is thrown when memory is used up can be caught: no harm is done.
    let caught = "try { new ArrayBuffer(0x7fffffff) } catch { return 'DIRECT' }";
    assert_eq!(returning(caught).as_deref(), Some("DIRECT"));
}

fn a_script_has_nothing_but_the_format() {
    for script in [
        "import * as std from 'std'; function FindProxyForURL() { return 'DIRECT'; }",
        "import('std'); await 1; function FindProxyForURL() { return 'DIRECT'; }",
        "export function FindProxyForURL() { return 'DIRECT'; }",
    ] {
        assert_eq!(run(script), None, "{script}");
    }
    let names = "['std', 'os', 'require', 'process', 'fetch', 'XMLHttpRequest', 'WebSocket', 'Worker', \
                 'print', 'console', 'setTimeout', 'scriptArgs', 'ask', 'window']";
    let body = format!("return {names}.filter((name) => name in globalThis).join()");
    assert_eq!(returning(&body).as_deref(), Some(""));
    // Loading a module gives a promise of nothing, and a later answer is none.
    let body = "let got = 'nothing'; for (const name of ['std', 'os', '/etc/passwd', './x.js'])
        import(name).then(() => { got = name; }, () => {}); return got";
    assert_eq!(returning(body).as_deref(), Some("nothing"));
}

fn names_are_looked_up_a_few_times() {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = |body: &str| {
        count.store(0, Ordering::SeqCst);
        let script = format!("function FindProxyForURL() {{ {body} }}");
        let counting = Arc::clone(&count);
        let resolve = move |name: &str, patience| {
            counting.fetch_add(1, Ordering::SeqCst);
            resolve(name, patience)
        };
        let said = evaluate(
            &mut process(),
            question(script.as_bytes()),
            resolve,
            PATIENCE,
        );
        (said, count.load(Ordering::SeqCst))
    };
    let often = "for (let n = 0; n < 5000; n++) isInNet('known.example', '10.0.0.0', '255.0.0.0');
        return String(isResolvable('known.example'))";
    assert_eq!(counted(often), (Some("true".to_owned()), 1));
    let some = "for (let n = 0; n < 64; n++) dnsResolve('n' + n); return 'DIRECT'";
    assert_eq!(counted(some), (Some("DIRECT".to_owned()), 64));
    let many = "for (let n = 0; n < 5000; n++) dnsResolve('n' + n); return 'DIRECT'";
    let (said, asked) = counted(many);
    assert!(said.is_none() && asked <= 65, "{said:?} {asked}");
    // What is no name is not looked up.
    let none = r"return [dnsResolve('a\nb'), dnsResolve(''), dnsResolve('a b'), dnsResolve('я.бел'),
        dnsResolve('x'.repeat(254)), dnsResolve(), dnsResolve('1.2.3.4')].join()";
    assert_eq!(counted(none), (Some(",,,,,,1.2.3.4".to_owned()), 1));

    // Who looks names up may hang; the script does not hold anything up.
    let script = b"function FindProxyForURL() { return dnsResolve('slow.example'); }";
    let slow = |_: &str, _| {
        std::thread::sleep(Duration::from_secs(30));
        None
    };
    let begun = Instant::now();
    let patience = Duration::from_millis(300);
    assert_eq!(
        evaluate(&mut process(), question(script), slow, patience),
        None
    );
    assert!(begun.elapsed() < Duration::from_secs(20));
}

/// Waiting for names is not the script's time, and has an end of its own.
fn names_have_a_time_of_their_own() {
    let count = Arc::new(AtomicUsize::new(0));
    let counting = Arc::clone(&count);
    let slow = move |_: &str, patience: Duration| {
        counting.fetch_add(1, Ordering::SeqCst);
        std::thread::sleep(patience.min(Duration::from_millis(2500)));
        None
    };
    let script = b"function FindProxyForURL() {
        for (let n = 0; n < 20; n++) dnsResolve('n' + n);
        for (let n = 0; n < 1000000; n++);
        return 'DIRECT';
    }";
    let begun = Instant::now();
    let said = evaluate(&mut process(), question(script), slow, PATIENCE);
    assert_eq!(said.as_deref(), Some("DIRECT"));
    assert_eq!(count.load(Ordering::SeqCst), 2);
    let took = begun.elapsed();
    // All twenty would take fifty seconds.
    assert!(took >= Duration::from_secs(4) && took < Duration::from_secs(30));
}

fn who_says_something_else_is_not_heard() {
    let question = || question(b"function FindProxyForURL() { return 'DIRECT'; }");
    let unasked = |name: &str, _| -> Option<Ipv4Addr> { panic!("{name:?} was looked up") };
    for says in [
        "DIRECT",
        "= DIRECT",
        "? ",
        "?\n= DIRECT\n",
        "? \n= DIRECT\n",
        "? a b\n= DIRECT\n",
        "\n",
        "",
    ] {
        let mut other = Command::new("printf");
        other.arg("%b").arg(says.replace('\n', "\\n"));
        assert_eq!(
            evaluate(&mut other, question(), unasked, PATIENCE),
            None,
            "{says}"
        );
    }
    let mut endless = Command::new("yes");
    endless.arg("? known.example");
    assert_eq!(evaluate(&mut endless, question(), resolve, PATIENCE), None);
    let mut zeros = Command::new("cat");
    zeros.arg("/dev/zero");
    assert_eq!(evaluate(&mut zeros, question(), resolve, PATIENCE), None);
    let mut nobody = Command::new("no-such-program");
    assert_eq!(evaluate(&mut nobody, question(), resolve, PATIENCE), None);
}

/// Its rules are in a file, which is out of reach once the script runs.
#[cfg(target_os = "linux")]
fn the_time_zone_is_known() {
    let script = b"function FindProxyForURL() { return String(new Date().getTimezoneOffset()); }";
    let mut command = process();
    command.env("TZ", "Europe/Minsk");
    let said = evaluate(&mut command, question(script), resolve, PATIENCE);
    let known = std::path::Path::new("/usr/share/zoneinfo/Europe/Minsk").exists();
    assert_eq!(said.as_deref(), Some(if known { "-180" } else { "0" }));
}
