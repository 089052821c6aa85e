//! The place of residence of a card (DG17) in the parts of a form's address (docs/forms.md).

use std::collections::BTreeMap;

use crate::group::{self, Place};

/// Members of an address by language. Only a place in Belarus that the card gives in parts has one:
/// of free text nobody knows where the street ends.
pub(crate) fn address(place: &Place) -> BTreeMap<String, BTreeMap<String, String>> {
    let Place::Parts([street, city, state, country, zip]) = place else {
        return BTreeMap::new();
    };
    if country.as_deref().is_some_and(|country| country != "BLR") {
        return BTreeMap::new();
    }
    ["be", "ru"]
        .into_iter()
        .map(|language| {
            let text = |part: &Option<String>| {
                let names = group::names(part.as_deref().unwrap_or_default());
                names
                    .unwrap_or_default()
                    .remove(language)
                    .unwrap_or_default()
            };
            let mut members = BTreeMap::from([
                ("postalCode", zip.clone().unwrap_or_default()),
                ("locality", text(city)),
            ]);
            for part in text(state).split(", ") {
                let region = part.ends_with("вобласць") || part.ends_with("область");
                add(
                    &mut members,
                    if region { "region" } else { "district" },
                    part,
                );
            }
            for part in text(street).split(", ") {
                let (member, value) = street_part(part);
                add(&mut members, member, value);
            }
            let members = members
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .map(|(member, value)| (member.to_owned(), value))
                .collect();
            (language.to_owned(), members)
        })
        .collect()
}

/// `д. 12` is a house, `корп. 2` a building, `кв. 34` a flat, in both languages; the rest is the
/// street.
fn street_part(part: &str) -> (&'static str, &str) {
    for (mark, member) in [("д. ", "house"), ("корп. ", "building"), ("кв. ", "flat")] {
        if let Some(value) = part.strip_prefix(mark) {
            return (member, value);
        }
    }
    ("street", part)
}

fn add<'a>(members: &mut BTreeMap<&'a str, String>, member: &'a str, value: &str) {
    let known = members.entry(member).or_default();
    if !known.is_empty() && !value.is_empty() {
        known.push_str(", ");
    }
    known.push_str(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_village_and_of_a_city() {
        let place = |street: &str, city: &str, state: Option<&str>| {
            Place::Parts([
                Some(street.to_owned()),
                Some(city.to_owned()),
                state.map(str::to_owned),
                Some("BLR".to_owned()),
                Some("223056".to_owned()),
            ])
        };
        let village = place(
            "вул. Цэнтральная, д. 4, корп. 2, кв. 105/ул. Центральная, д. 4, корп. 2, кв. 105",
            "агр. Сеніца/аг. Сеница",
            Some(
                "Мінская вобласць, Мінскі раён, Сеніцкі сельсавет/Минская область, Минский район, Сеницкий сельсовет",
            ),
        );
        let members = address(&village).remove("ru").unwrap();
        let seen: Vec<_> = members
            .iter()
            .map(|(member, value)| format!("{member}={value}"))
            .collect();
        assert_eq!(
            seen,
            [
                "building=2",
                "district=Минский район, Сеницкий сельсовет",
                "flat=105",
                "house=4",
                "locality=аг. Сеница",
                "postalCode=223056",
                "region=Минская область",
                "street=ул. Центральная",
            ]
        );
        let city = address(&place("вул. А, д. 1/ул. А, д. 1", "М/М", None));
        assert!(!city["be"].contains_key("region") && !city["be"].contains_key("flat"));
        assert!(address(&Place::Free("М/М".into())).is_empty());
    }
}
