//! A light stemmer for Belarusian: no kept library has one. It takes off the endings of nouns,
//! adjectives and the commonest verb forms, and undoes the changes of consonants before the endings of
//! the dative and locative (docs/search.md). It works on folded words: и for і, е for ё, у for ў.

/// Endings, the longest first.
const ENDINGS: &[&str] = &[
    // Reflexive verbs.
    "аецца",
    "яецца",
    "ацца",
    "яцца",
    "ицца",
    "ыцца",
    "уцца",
    "юцца",
    // Adjectives, nouns in the instrumental plural, infinitives and third persons.
    "ага",
    "яга",
    "ога",
    "аму",
    "яму",
    "ому",
    "ыми",
    "ими",
    "ами",
    "ями",
    "аць",
    "яць",
    "иць",
    "ыць",
    "ець",
    "уць",
    "юць",
    // Adjectives and nouns.
    "ая",
    "яя",
    "ае",
    "яе",
    "ое",
    "ее",
    "ую",
    "юю",
    "ай",
    "яй",
    "ой",
    "ей",
    "эй",
    "аю",
    "яю",
    "ою",
    "ею",
    "ыя",
    "ия",
    "ых",
    "их",
    "ым",
    "им",
    "ам",
    "ям",
    "ом",
    "ем",
    "эм",
    "ах",
    "ях",
    "ау",
    "яу",
    "оу",
    "еу",
    "эу",
    "ью", //
    "а",
    "я",
    "у",
    "ю",
    "ы",
    "и",
    "е",
    "э",
    "о",
    "ь",
];

/// Nouns whose forms have different stems.
const IRREGULAR: &[(&str, &[&str])] = &[
    (
        "дзиц",
        &[
            "дзиця",
            "дзицяци",
            "дзицем",
            "дзици",
            "дзеци",
            "дзяцей",
            "дзецям",
            "дзяцям",
            "дзецьми",
            "дзяцьми",
            "дзецях",
            "дзяцях",
        ],
    ),
    ("имен", &["имя", "имени", "имю", "именем", "имены", "имен"]),
    (
        "сям",
        &[
            "сямя",
            "сямья",
            "сями",
            "сямьи",
            "сямю",
            "сямью",
            "сямей",
            "семяу",
            "семьяу",
            "семи",
            "семьи",
        ],
    ),
];

/// Fewest letters that stay.
const SHORTEST: usize = 3;

/// The stems of a folded word: one, and more where the ending leaves open which consonant the stem
/// has (`даведцы` may belong to `даведка`).
pub(crate) fn stems(word: &str) -> Vec<String> {
    if let Some((stem, _)) = IRREGULAR.iter().find(|(_, forms)| forms.contains(&word)) {
        return vec![(*stem).to_owned()];
    }
    let (stem, ending) = split(word);
    let stem = without_vowels(stem);
    let stem = match stem.strip_suffix("ин") {
        // грамадзянін and грамадзяне.
        Some(short) if short.ends_with("ян") || short.ends_with("чан") => short,
        _ => stem,
    };
    let mut stems = vec![stem.to_owned()];
    stems.extend(unchanged(stem, ending));
    stems.extend(longer(word, ending));
    stems
}

/// The stem if what looks like the ending belongs to it: дыплом as рублём, праграму as новаму.
fn longer(word: &str, ending: &str) -> Option<String> {
    if ending.ends_with(['м', 'х']) {
        return Some(word.to_owned());
    }
    matches!(ending, "ага" | "яга" | "ога" | "аму" | "яму" | "ому")
        .then(|| word[..word.len() - 'а'.len_utf8()].to_owned())
}

/// The word before its longest ending, and the ending.
fn split(word: &str) -> (&str, &str) {
    ENDINGS
        .iter()
        .find_map(|ending| {
            let stem = word.strip_suffix(ending)?;
            (stem.chars().count() >= SHORTEST).then_some((stem, *ending))
        })
        .unwrap_or((word, ""))
}

/// рэгістрацы(я), рэгістрацы(і), рэгістрацый: the stem ends before the last vowels.
fn without_vowels(mut stem: &str) -> &str {
    while stem.chars().count() > SHORTEST
        && let Some(shorter) = stem.strip_suffix(['а', 'я', 'у', 'ю', 'ы', 'и', 'е', 'э', 'о', 'й'])
    {
        stem = shorter;
    }
    stem
}

/// The stem with the consonant that it has before other endings: г, х, к, д and т become з, с, ц, дз
/// and ц in the dative and locative.
fn unchanged(stem: &str, ending: &str) -> Option<String> {
    let (soft, hard) = match ending {
        "е" | "и" if stem.ends_with("дз") => ("дз", "д"),
        "е" | "и" if stem.ends_with('ц') => ("ц", "т"),
        "е" | "э" if stem.ends_with('з') => ("з", "г"),
        "е" | "э" if stem.ends_with('с') => ("с", "х"),
        "ы" | "э" if stem.ends_with('ц') => ("ц", "к"),
        _ => return None,
    };
    Some(format!("{}{hard}", stem.strip_suffix(soft)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All forms of one word meet in one stem.
    #[test]
    fn forms_of_a_word_meet() {
        for (stem, forms) in [
            (
                "даведк",
                "даведка даведки даведцы даведку даведкай даведкам даведками даведках",
            ),
            (
                "пашпарт",
                "пашпарт пашпарта пашпарту пашпартам пашпарце пашпарты пашпартоу пашпартау пашпартах",
            ),
            (
                "дапамог",
                "дапамога дапамоги дапамозе дапамогу дапамогай дапамог дапамогам",
            ),
            ("дыплом", "дыплом дыплома дыплому дыпломам дыпломы дыпломах"),
            (
                "праграм",
                "праграма праграмы праграме праграму праграмай праграм",
            ),
            ("работ", "работа работы рабоце работу работай работ работах"),
            ("пасад", "пасада пасады пасадзе пасаду пасадай пасад"),
            (
                "рэгистрац",
                "рэгистрацыя рэгистрацыи рэгистрацыю рэгистрацыяй рэгистрацый рэгистрацыям",
            ),
            ("пенс", "пенсия пенсии пенсию пенсияй пенсий"),
            (
                "пасведчанн",
                "пасведчанне пасведчання пасведчанню пасведчаннем пасведчанни пасведчанняу",
            ),
            ("жылл", "жылле жылля жыллю жыллем жылли"),
            (
                "сацыяльн",
                "сацыяльны сацыяльная сацыяльнага сацыяльнай сацыяльных сацыяльным сацыяльную",
            ),
            ("дзиц", "дзиця дзицяци дзеци дзяцей дзецям"),
            ("сям", "сямя сями сямю сямей"),
            ("месц", "месца месцы месцау месцам"),
            (
                "грамадзян",
                "грамадзянин грамадзяне грамадзян грамадзянам грамадзянина",
            ),
            (
                "аутамабил",
                "аутамабиль аутамабиля аутамабилю аутамабили аутамабиляу",
            ),
        ] {
            for form in forms.split(' ') {
                let stems = stems(form);
                assert!(stems.iter().any(|found| found == stem), "{form}: {stems:?}");
            }
        }
    }

    #[test]
    fn short_words_stay() {
        for word in ["дом", "суд", "год", "аб"] {
            assert_eq!(stems(word), [word]);
        }
    }
}
