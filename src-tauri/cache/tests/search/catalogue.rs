//! A catalogue of its own, so that what is found first does not hang on what the portal offers.
//! Titles after the public list of administrative procedures, shortened.

use kabinet_records::{Form, Procedure, Text};
use serde_json::json;

/// Number; title in Belarusian, Russian and English; description in the same; keywords.
type Row = (
    &'static str,
    [&'static str; 3],
    [&'static str; 3],
    &'static str,
);

const ROWS: &[Row] = &[
    (
        "1.1.5",
        [
            "Пастаноўка на ўлік грамадзян, якія маюць патрэбу ў паляпшэнні жыллёвых умоў",
            "Постановка на учет граждан, нуждающихся в улучшении жилищных условий",
            "Registration of citizens in need of better housing",
        ],
        [
            "Рашэнне прымае выканаўчы камітэт па месцы жыхарства.",
            "Решение принимает исполнительный комитет по месту жительства.",
            "The executive committee at the place of residence decides.",
        ],
        "жыллё жилье housing чарга очередь кватэра квартира flat",
    ),
    (
        "1.3.1",
        [
            "Выдача даведкі аб складзе сям’і і занятым жылым памяшканні",
            "Выдача справки о составе семьи и занимаемом жилом помещении",
            "Certificate of the family's members and the dwelling",
        ],
        ["", "", ""],
        "сям'я семья family",
    ),
    (
        "2.1",
        [
            "Выдача выпіскі з працоўнай кніжкі",
            "Выдача выписки из трудовой книжки",
            "Extract from the employment record book",
        ],
        ["", "", ""],
        "праца труд стаж job",
    ),
    (
        "2.2",
        [
            "Выдача даведкі аб месцы работы і займаемай пасадзе",
            "Выдача справки о месте работы и занимаемой должности",
            "Certificate of the place of work and the position held",
        ],
        [
            "Даведку выдае арганізацыя па месцы работы.",
            "Справку выдает организация по месту работы.",
            "The certificate is issued by the employer.",
        ],
        "работа пасада должность work",
    ),
    (
        "2.4",
        [
            "Выдача даведкі аб памеры заработнай платы",
            "Выдача справки о размере заработной платы",
            "Certificate of the amount of wages",
        ],
        ["", "", ""],
        "зарплата заробак заработок salary income даход доход",
    ),
    (
        "2.6",
        [
            "Прызначэнне дапамогі ў сувязі з нараджэннем дзіцяці",
            "Назначение пособия в связи с рождением ребенка",
            "Allowance on the birth of a child",
        ],
        [
            "Аднаразовая дапамога аднаму з бацькоў.",
            "Единовременное пособие одному из родителей.",
            "A single payment to one parent.",
        ],
        "нованароджаны новорожденный newborn",
    ),
    (
        "2.9",
        [
            "Прызначэнне дапамогі па доглядзе дзіцяці ва ўзросце да 3 гадоў",
            "Назначение пособия по уходу за ребенком в возрасте до 3 лет",
            "Allowance for the care of a child under three",
        ],
        ["", "", ""],
        "дэкрэт декрет",
    ),
    (
        "2.35",
        [
            "Выплата дапамогі на пахаванне",
            "Выплата пособия на погребение",
            "Payment of the funeral allowance",
        ],
        ["", "", ""],
        "смерць смерть death пахаванне похороны",
    ),
    (
        "5.1",
        [
            "Рэгістрацыя заключэння шлюбу",
            "Регистрация заключения брака",
            "Registration of marriage",
        ],
        ["", "", ""],
        "вяселле свадьба wedding жаніцьба",
    ),
    (
        "5.4",
        [
            "Рэгістрацыя нараджэння",
            "Регистрация рождения",
            "Registration of birth",
        ],
        [
            "Выдаецца пасведчанне аб нараджэнні.",
            "Выдается свидетельство о рождении.",
            "A birth certificate is issued.",
        ],
        "пасведчанне свидетельство",
    ),
    (
        "11.1",
        [
            "Выдача пашпарта грамадзяніна Рэспублікі Беларусь",
            "Выдача паспорта гражданина Республики Беларусь",
            "Issue of a passport of a citizen of the Republic of Belarus",
        ],
        ["", "", ""],
        "ID-карта passport",
    ),
    (
        "11.2",
        [
            "Абмен пашпарта грамадзяніна Рэспублікі Беларусь",
            "Обмен паспорта гражданина Республики Беларусь",
            "Exchange of a passport of a citizen of the Republic of Belarus",
        ],
        [
            "Калі пашпарт страчаны, сапсаваны або скончыўся.",
            "Если паспорт утрачен, испорчен или закончился.",
            "When a passport is lost, damaged or has expired.",
        ],
        "замена страта утеря lost",
    ),
    (
        "13.1",
        [
            "Рэгістрацыя грамадзян па месцы жыхарства",
            "Регистрация граждан по месту жительства",
            "Registration of citizens at the place of residence",
        ],
        ["", "", ""],
        "прапіска прописка адрас адрес address",
    ),
    (
        "15.15",
        [
            "Выдача пасведчання на права кіравання транспартным сродкам",
            "Выдача водительского удостоверения",
            "Issue of a driving licence",
        ],
        ["", "", ""],
        "правы права аўтамабіль автомобиль car вадзіцель водитель driver",
    ),
];

/// The procedures of the fixture.
pub(crate) fn procedures() -> Vec<Procedure> {
    let text = |[be, ru, en]: [&str; 3]| Text {
        be: be.into(),
        ru: ru.into(),
        en: en.into(),
    };
    ROWS.iter()
        .map(|(id, title, description, keywords)| Procedure {
            id: (*id).into(),
            version: 1,
            title: text(*title),
            description: text(*description),
            authority: Text::default(),
            cost: Text::default(),
            term: Text::default(),
            validity: None,
            evidence: Vec::new(),
            legal_basis: Text::default(),
            keywords: keywords.split(' ').map(str::to_owned).collect(),
            form: Form {
                schema: json!({"type": "object"}),
                ui: json!({}),
            },
        })
        .collect()
}
