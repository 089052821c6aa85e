//! Every endpoint of the sandbox: what serves it, and what is said of it to machines. Router and
//! description are both made of this one table, so that neither has an endpoint that the other lacks.

mod area;
mod authorities;
mod identity;
mod levers;
mod pages;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock};

use axum::extract::State;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};
use jsonschema::Validator;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

use crate::Problem;
use crate::portal::Portal;
use crate::reply::{Reply, broken, octets};
use crate::schema::{self, of, validator};
use crate::signin::Form;

/// What every handler gets.
type Shared = State<Arc<Portal>>;

const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
const HTML: &str = "text/html";
const PROBLEM: &str = "application/problem+json";

/// What a request must show.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    /// Nothing.
    Anybody,
    /// A proof of the client's key (RFC 9449, section 4).
    Client,
    /// That, and an access token bound to the key (RFC 9449, section 7).
    Person,
    /// The cookie of the browser in which the page was opened.
    Browser,
}

/// A parameter of a request.
pub(crate) struct Parameter {
    /// `path`, `query` or `header`.
    pub(crate) place: &'static str,
    pub(crate) name: &'static str,
    pub(crate) required: bool,
}

/// A body that is sent or answered.
pub(crate) struct Body {
    /// Media type without parameters; `*/*` for any.
    pub(crate) kind: &'static str,
    /// JSON Schema of its value; none for octets and text.
    pub(crate) schema: Option<Value>,
    /// The types that the schema refers to, as far as they are made of the server's own.
    pub(crate) types: Map<String, Value>,
    validator: OnceLock<Option<Validator>>,
}

/// What is answered with one status.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Fields of the head that it always has.
    pub(crate) headers: &'static [&'static str],
    pub(crate) body: Body,
}

/// An endpoint.
pub(crate) struct Route {
    /// Whose it is: the name of its part of the table.
    pub(crate) part: &'static str,
    pub(crate) method: &'static str,
    /// With parameters in braces, as both OpenAPI and the router have them.
    pub(crate) path: &'static str,
    /// What it does, and the standard that it is of.
    pub(crate) what: &'static str,
    pub(crate) who: Who,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) sent: Option<Body>,
    /// In ascending order of their statuses.
    pub(crate) answers: BTreeMap<u16, Answer>,
    /// What serves this method of this path.
    pub(crate) serve: MethodRouter<Arc<Portal>>,
}

static ALL: LazyLock<Vec<Route>> = LazyLock::new(|| {
    let parts = [
        ("identity", identity::routes()),
        ("area", area::routes()),
        ("pages", pages::routes()),
        ("authorities", authorities::routes()),
        ("levers", levers::routes()),
    ];
    let named = |(part, routes): (&'static str, Vec<Route>)| {
        routes.into_iter().map(move |route| Route { part, ..route })
    };
    parts.into_iter().flat_map(named).collect()
});

/// The table.
pub(crate) fn all() -> &'static [Route] {
    &ALL
}

/// Whether no real portal has anything at that path.
pub(crate) fn is_of_the_sandbox(path: &str) -> bool {
    path.starts_with("/sandbox/") || path.starts_with("/operator")
}

/// The endpoint of a request.
pub(crate) fn find(method: &str, path: &str) -> Option<&'static Route> {
    let fits = |template: &str| {
        let (ours, theirs): (Vec<_>, Vec<_>) =
            (template.split('/').collect(), path.split('/').collect());
        ours.len() == theirs.len()
            && ours
                .iter()
                .zip(theirs)
                .all(|(ours, theirs)| ours.starts_with('{') || *ours == theirs)
    };
    all()
        .iter()
        .find(|one| one.method == method && fits(one.path))
}

fn get<H, T>(path: &'static str, what: &'static str, handler: H) -> Route
where
    H: Handler<T, Arc<Portal>>,
    T: 'static,
{
    Route::new("GET", path, what, routing::get(handler))
}

fn post<H, T>(path: &'static str, what: &'static str, handler: H) -> Route
where
    H: Handler<T, Arc<Portal>>,
    T: 'static,
{
    Route::new("POST", path, what, routing::post(handler))
}

fn delete<H, T>(path: &'static str, what: &'static str, handler: H) -> Route
where
    H: Handler<T, Arc<Portal>>,
    T: 'static,
{
    Route::new("DELETE", path, what, routing::delete(handler))
}

impl Route {
    fn new(
        method: &'static str,
        path: &'static str,
        what: &'static str,
        serve: MethodRouter<Arc<Portal>>,
    ) -> Self {
        let names = path.split('/');
        let names = names.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let parameters = names.map(|name| Parameter {
            place: "path",
            name,
            required: true,
        });
        let route = Self {
            part: "",
            method,
            path,
            what,
            who: Who::Anybody,
            parameters: parameters.collect(),
            sent: None,
            answers: BTreeMap::new(),
            serve,
        };
        // Something broke inside.
        route.gives(500, named(PROBLEM, "Problem"))
    }

    /// Who may ask, and how others are refused.
    fn of(mut self, who: Who) -> Self {
        self.who = who;
        match who {
            Who::Anybody | Who::Browser => self,
            Who::Client => self.gives(400, json("OAuthError")),
            Who::Person => self.gives_with(401, &["www-authenticate"], json("OAuthError")),
        }
    }

    fn with(mut self, place: &'static str, name: &'static str, required: bool) -> Self {
        self.parameters.push(Parameter {
            place,
            name,
            required,
        });
        self
    }

    fn takes(mut self, body: Body) -> Self {
        self.sent = Some(body);
        // More octets than are taken.
        self.gives(413, plain("text/plain"))
    }

    fn gives(self, status: u16, body: Body) -> Self {
        self.gives_with(status, &[], body)
    }

    fn gives_with(mut self, status: u16, headers: &'static [&'static str], body: Body) -> Self {
        let answer = Answer {
            status,
            headers,
            body,
        };
        self.answers.insert(status, answer);
        self
    }
}

impl Body {
    fn new(kind: &'static str, schema: Option<Value>, types: Map<String, Value>) -> Self {
        Self {
            kind,
            schema,
            types,
            validator: OnceLock::new(),
        }
    }

    /// What is wrong with a value that should be of this body's type; nothing where it has none.
    pub(crate) fn mistakes(&self, value: &Value) -> Vec<String> {
        let Some(schema) = &self.schema else {
            return Vec::new();
        };
        let Some(validator) = self.validator.get_or_init(|| validator(schema)) else {
            return vec![format!("{schema} is no type")];
        };
        let errors = validator.iter_errors(value).take(5);
        errors
            .map(|error| format!("{schema} at {}: {error}", error.instance_path()))
            .collect()
    }
}

/// Octets or text of a media type.
fn plain(kind: &'static str) -> Body {
    Body::new(kind, None, Map::new())
}

/// A value of a type of [`schema`].
fn named(kind: &'static str, name: &str) -> Body {
    Body::new(kind, Some(of(name)), Map::new())
}

fn json(name: &str) -> Body {
    named(JSON, name)
}

fn problem() -> Body {
    named(PROBLEM, "Problem")
}

/// JSON of a type of the server's own.
fn typed<T: JsonSchema>() -> Body {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = schema::PLACE.into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let schema = generator.subschema_for::<T>().to_value();
    Body::new(JSON, Some(schema), generator.take_definitions(true))
}

/// The fields of a form.
fn fields(body: &[u8]) -> Form {
    form_urlencoded::parse(body).into_owned().collect()
}

fn answered(kind: &'static str, answer: Result<Vec<u8>, Problem>) -> Reply {
    match answer {
        Ok(body) => octets(200, kind, body),
        Err(error) => broken(&error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_finds_its_endpoint() {
        let path = |method, path| find(method, path).map(|route| route.path);
        assert_eq!(
            path("POST", "/jmap/upload/x/"),
            Some("/jmap/upload/{accountId}/")
        );
        assert!(path("GET", "/jmap/upload/x/").is_none());
        assert!(path("GET", "/elsewhere").is_none());
    }

    #[test]
    fn every_endpoint_stands_once_and_can_succeed() {
        let mut seen = std::collections::BTreeSet::new();
        for route in all() {
            assert!(
                seen.insert((route.method, route.path)),
                "{} {}",
                route.method,
                route.path
            );
            let found = find(route.method, route.path).map(|found| found.what);
            assert_eq!(found, Some(route.what), "another is in its way");
            assert!(
                route.answers.keys().any(|status| *status < 300),
                "{}",
                route.path
            );
            let lever = is_of_the_sandbox(route.path);
            assert_eq!(route.part == "levers", lever, "{}", route.path);
            assert_eq!(
                route.method == "POST",
                route.sent.is_some(),
                "{}",
                route.path
            );
        }
    }
}
