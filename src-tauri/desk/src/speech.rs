//! Sentences in three languages, from the Fluent files that the window uses too.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::view::{Language, TextView};

type Bundle = FluentBundle<FluentResource>;

static BE: LazyLock<Bundle> = LazyLock::new(|| {
    bundle(
        "be",
        [
            include_str!("../../../ui/locales/be/problems.ftl"),
            include_str!("../../../ui/locales/be/cli.ftl"),
            include_str!("../../../ui/locales/be/notices.ftl"),
            include_str!("../../../ui/locales/be/outbox.ftl"),
            include_str!("../../../ui/locales/be/paper.ftl"),
            include_str!("../../../ui/locales/be/signatures.ftl"),
        ],
    )
});
static RU: LazyLock<Bundle> = LazyLock::new(|| {
    bundle(
        "ru",
        [
            include_str!("../../../ui/locales/ru/problems.ftl"),
            include_str!("../../../ui/locales/ru/cli.ftl"),
            include_str!("../../../ui/locales/ru/notices.ftl"),
            include_str!("../../../ui/locales/ru/outbox.ftl"),
            include_str!("../../../ui/locales/ru/paper.ftl"),
            include_str!("../../../ui/locales/ru/signatures.ftl"),
        ],
    )
});
static EN: LazyLock<Bundle> = LazyLock::new(|| {
    bundle(
        "en",
        [
            include_str!("../../../ui/locales/en/problems.ftl"),
            include_str!("../../../ui/locales/en/cli.ftl"),
            include_str!("../../../ui/locales/en/notices.ftl"),
            include_str!("../../../ui/locales/en/outbox.ftl"),
            include_str!("../../../ui/locales/en/paper.ftl"),
            include_str!("../../../ui/locales/en/signatures.ftl"),
        ],
    )
});

/// A text without values, such as a label.
#[must_use]
pub fn text(language: Language, id: &str) -> String {
    say(language, id, None, &BTreeMap::new())
}

/// The sentence of that name in every language, for what may be shown in another one later.
pub(crate) fn in_all(
    id: &str,
    attempts_left: Option<u32>,
    args: &BTreeMap<&'static str, String>,
) -> TextView {
    each(|language| say(language, id, attempts_left, args))
}

/// What is said in each language.
pub(crate) fn each(text: impl Fn(Language) -> String) -> TextView {
    TextView {
        be: text(Language::Be),
        ru: text(Language::Ru),
        en: text(Language::En),
    }
}

/// The sentence of that name, or the name itself when there is none (a test sees to it that there is).
pub(crate) fn say(
    language: Language,
    id: &str,
    attempts_left: Option<u32>,
    args: &BTreeMap<&'static str, String>,
) -> String {
    let bundle = bundle_of(language);
    let Some(pattern) = bundle.get_message(id).and_then(|message| message.value()) else {
        return id.to_owned();
    };
    let mut values = FluentArgs::new();
    if let Some(left) = attempts_left {
        values.set("attempts_left", left);
    }
    for (name, value) in args {
        values.set(*name, value.as_str());
    }
    bundle
        .format_pattern(pattern, Some(&values), &mut Vec::new())
        .into_owned()
}

/// Whether there is a sentence of that name.
pub(crate) fn has(language: Language, id: &str) -> bool {
    bundle_of(language).has_message(id)
}

fn bundle_of(language: Language) -> &'static Bundle {
    match language {
        Language::Be => &BE,
        Language::Ru => &RU,
        Language::En => &EN,
    }
}

fn bundle(language: &str, texts: [&str; 6]) -> Bundle {
    let language: LanguageIdentifier = language.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // The texts go to terminals and logs too, where the isolation marks would show.
    bundle.set_use_isolating(false);
    // A file with a mistake still gives its good messages.
    for text in texts {
        let resource =
            FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let _ = bundle.add_resource(resource);
    }
    bundle
}
