//! The documented shape of an address (docs/forms.md), and what people call its members.

use crate::{Form, Text};

/// The members, in the order in which they are asked.
pub const MEMBERS: [&str; 8] = [
    "postalCode",
    "region",
    "district",
    "locality",
    "street",
    "house",
    "building",
    "flat",
];

/// Whether the group at that place of the form is an address.
pub(super) fn is(form: &Form, place: &str) -> bool {
    form.ui["widgets"][place] == "address"
}

/// The label of a member.
#[must_use]
pub fn label(member: &str) -> Option<Text> {
    let [be, ru, en] = match member {
        "postalCode" => ["Паштовы індэкс", "Почтовый индекс", "Postal code"],
        "region" => ["Вобласць", "Область", "Region"],
        "district" => ["Раён", "Район", "District"],
        "locality" => ["Населены пункт", "Населенный пункт", "Town or village"],
        "street" => ["Вуліца", "Улица", "Street"],
        "house" => ["Дом", "Дом", "House"],
        "building" => ["Корпус", "Корпус", "Building"],
        "flat" => ["Кватэра", "Квартира", "Flat"],
        _ => return None,
    };
    Some(Text {
        be: be.to_owned(),
        ru: ru.to_owned(),
        en: en.to_owned(),
    })
}
