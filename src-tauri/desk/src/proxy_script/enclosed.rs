//! The process that runs the script: QuickJS with the functions of the format and nothing else. It gets
//! the question and the script on standard input, and says lines: `? NAME` for a name that is to be looked
//! up, which is answered by a line, and at the end `= ANSWER`, or `!` when there is none.

use std::cell::Cell;
use std::io::{BufRead as _, Read as _, Write as _};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rquickjs::context::EvalOptions;
use rquickjs::prelude::Func;
use rquickjs::{Context, Ctx, Function, Runtime, Value};

use super::{LONGEST_LINE, LONGEST_SCRIPT, Question, is_name};
use crate::enclosure;

/// What a script may have in memory, in octets.
const MEMORY: usize = 64 << 20;
/// How long a script may take, without the time that it waits for names.
const TIME: Duration = Duration::from_secs(4);

const FORMAT: &str = include_str!("format.js");

pub(crate) fn run_enclosed() -> Option<()> {
    let runtime = Runtime::new().ok()?;
    runtime.set_memory_limit(MEMORY);
    let began = Instant::now();
    let waited = Rc::new(Cell::new(Duration::ZERO));
    let of_names = Rc::clone(&waited);
    let is_over = move || began.elapsed().saturating_sub(of_names.get()) > TIME;
    runtime.set_interrupt_handler(Some(Box::new(is_over)));
    let context = Context::full(&runtime).ok()?;
    let answer = context.with(|ctx| {
        let format: Function = ctx.eval(FORMAT).ok()?;
        // Once without a question, for what can only be read before.
        let nobody = |_: String| None::<String>;
        format.call::<_, ()>((Func::from(nobody), "")).ok()?;
        enclosure::enclose().ok()?;
        let question = read()?;
        let ours = question.ours.as_str();
        let ask = move |name: String| {
            let began = Instant::now();
            let found = ask(&name);
            waited.set(waited.get() + began.elapsed());
            found
        };
        format.call::<_, ()>((Func::from(ask), ours)).ok()?;
        Some(answer(&ctx, &question))
    })?;
    let line = match answer {
        Some(text) => format!("= {text}\n"),
        None => "!\n".to_owned(),
    };
    let mut output = std::io::stdout().lock();
    output.write_all(line.as_bytes()).ok()?;
    output.flush().ok()
}

fn read() -> Option<Question> {
    let mut input = std::io::stdin().lock();
    let mut line = || {
        let mut line = String::new();
        let mut limited = input.by_ref().take(LONGEST_LINE);
        limited.read_line(&mut line).ok()?;
        line.strip_suffix('\n').map(str::to_owned)
    };
    let (url, host, ours) = (line()?, line()?, line()?);
    let length: usize = line()?.parse().ok()?;
    let mut script = vec![0; (length <= LONGEST_SCRIPT).then_some(length)?];
    input.read_exact(&mut script).ok()?;
    Some(Question {
        url,
        host,
        ours,
        script,
    })
}

/// Has a name looked up by who started us.
fn ask(name: &str) -> Option<String> {
    if !is_name(name) {
        return None;
    }
    let mut output = std::io::stdout().lock();
    output.write_all(format!("? {name}\n").as_bytes()).ok()?;
    output.flush().ok()?;
    let mut line = String::new();
    let mut input = std::io::stdin().lock().take(LONGEST_LINE);
    input.read_line(&mut line).ok()?;
    let address = line.trim_end();
    (!address.is_empty()).then(|| address.to_owned())
}

/// What the script says; nothing when it fails, takes too long or says something else than a text.
fn answer(ctx: &Ctx<'_>, question: &Question) -> Option<String> {
    // Some are written in a code page, in their comments at least.
    let script = String::from_utf8_lossy(&question.script);
    let script = script.trim_start_matches('\u{FEFF}');
    // Scripts rely on variables that nobody declared.
    let mut options = EvalOptions::default();
    options.strict = false;
    ctx.eval_with_options::<Value, _>(script, options).ok()?;
    // By its name, since it need not be a property of the global object.
    let find: Function = ctx.eval("FindProxyForURL").ok()?;
    let (url, host) = (question.url.as_str(), question.host.as_str());
    let answer: Value = find.call((url, host)).ok()?;
    // The format has a word for no proxy, and this is the other one.
    if answer.is_null() {
        return Some(String::new());
    }
    let answer = answer.as_string()?.to_string().ok()?;
    let fits = answer.len() as u64 + 4 <= LONGEST_LINE;
    fits.then(|| answer.replace(char::is_control, " "))
}
