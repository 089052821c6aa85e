//! The pages as PDF 1.7, tagged as PDF/UA-1 (ISO 14289-1) asks, with the letters that are used.

use std::num::NonZeroU16;

use krilla::color::rgb;
use krilla::configure::{Accessibility, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup,
    TagTree,
};
use krilla::{Document, SerializeSettings};
use thiserror::Error;

use crate::Sheet;
use crate::face::{Face, Weight};
use crate::layout::{self, Block, HEIGHT, Item, Laid, Mark, WIDTH};

/// Why there are no pages.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no pages: {0}")]
pub struct PdfError(String);

/// The pages of a sheet. The same sheet makes the same octets.
///
/// # Errors
/// [`PdfError`] when a code's text fits no symbol; else in practice never.
pub fn pdf(sheet: &Sheet) -> Result<Vec<u8>, PdfError> {
    let faces = Face::of(Weight::Regular).zip(Face::of(Weight::Bold));
    let (regular, bold) = faces.ok_or_else(|| PdfError("no letters".to_owned()))?;
    let laid = layout::lay(sheet, &regular, &bold)
        .ok_or_else(|| PdfError("a code is too long".to_owned()))?;
    let configuration = ConfigurationBuilder::new()
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| PdfError(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings {
        configuration,
        ..SerializeSettings::default()
    });
    let metadata = Metadata::new()
        .title(bold.readable(&sheet.title).replace('\n', " "))
        .language(sheet.language.clone())
        .creator("Kabinet".to_owned());
    document.set_metadata(metadata);
    let mut leaves: Vec<Vec<Identifier>> = vec![Vec::new(); laid.leaves];
    for marks in &laid.pages {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT);
        let settings = settings.ok_or_else(|| PdfError("no page".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        for item in marks {
            let identifier = surface.start_tagged(tag_of(item));
            draw(&mut surface, &item.mark, &regular, &bold);
            surface.end_tagged();
            if let Some(leaf) = item.leaf.and_then(|leaf| leaves.get_mut(leaf)) {
                leaf.push(identifier);
            }
        }
        surface.finish();
        page.finish();
    }
    document.set_tag_tree(tree(&laid, &leaves, &sheet.language));
    document.set_outline(outline(&laid));
    document
        .finish()
        .map_err(|error| PdfError(format!("{error:?}")))
}

fn tag_of(item: &Item) -> ContentTag<'static> {
    match (item.leaf, &item.mark) {
        (Some(_), Mark::Line { .. }) => ContentTag::Span(SpanTag::empty()),
        (Some(_), _) => ContentTag::Other,
        (None, Mark::Line { .. }) => {
            ContentTag::Artifact(Artifact::with_kind(ArtifactType::Footer))
        }
        (None, _) => ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)),
    }
}

fn draw(surface: &mut Surface<'_>, mark: &Mark, regular: &Face, bold: &Face) {
    let shade = |lightness| {
        Some(Fill {
            paint: rgb::Color::new(lightness, lightness, lightness).into(),
            opacity: NormalizedF32::ONE,
            rule: FillRule::default(),
        })
    };
    match mark {
        Mark::Line {
            x,
            y,
            weight,
            size,
            soft,
            text,
        } => {
            let face = match weight {
                Weight::Regular => regular,
                Weight::Bold => bold,
            };
            surface.set_fill(shade(if *soft { 80 } else { 0 }));
            // Who reads the text without the lines needs a space between them.
            let text = format!("{text} ");
            let glyphs = face.glyphs(&text);
            surface.draw_glyphs(
                Point::from_xy(*x, *y),
                &glyphs,
                face.font(),
                &text,
                *size,
                false,
            );
        }
        Mark::Rule { y } => {
            surface.set_fill(shade(200));
            let mut path = PathBuilder::new();
            if let Some(rule) =
                Rect::from_xywh(layout::MARGIN, *y, layout::RIGHT - layout::MARGIN, 0.4)
            {
                path.push_rect(rule);
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
        Mark::Symbol { x, y, side, symbol } => {
            surface.set_fill(shade(0));
            let module = side / f32::from(symbol.side());
            let mut path = PathBuilder::new();
            for (column, row, length) in symbol.runs() {
                let (left, top) = (x + f32::from(column) * module, y + f32::from(row) * module);
                let rect = Rect::from_xywh(left, top, f32::from(length) * module, module);
                if let Some(rect) = rect {
                    path.push_rect(rect);
                }
            }
            if let Some(path) = path.finish() {
                surface.draw_path(&path);
            }
        }
    }
}

fn tree(laid: &Laid, leaves: &[Vec<Identifier>], language: &str) -> TagTree {
    let filled = |mut group: TagGroup, leaf: usize| {
        for identifier in leaves.get(leaf).into_iter().flatten() {
            group.push(*identifier);
        }
        group
    };
    let mut tree = TagTree::new().with_lang(Some(language.to_owned()));
    for block in &laid.blocks {
        match block {
            Block::Heading {
                level, text, leaf, ..
            } => {
                let level = NonZeroU16::new(*level).unwrap_or(NonZeroU16::MIN);
                tree.push(filled(
                    TagGroup::new(Tag::Hn(level, Some(text.clone()))),
                    *leaf,
                ));
            }
            Block::Paragraph(leaf) => tree.push(filled(TagGroup::new(Tag::P), *leaf)),
            Block::Table(rows) => {
                let mut table = TagGroup::new(Tag::Table);
                for (label, value) in rows {
                    let mut row = TagGroup::new(Tag::TR);
                    row.push(filled(
                        TagGroup::new(Tag::TH(TableHeaderScope::Row)),
                        *label,
                    ));
                    row.push(filled(TagGroup::new(Tag::TD), *value));
                    table.push(row);
                }
                tree.push(table);
            }
            Block::Figure { alt, leaf } => {
                tree.push(filled(TagGroup::new(Tag::Figure(Some(alt.clone()))), *leaf));
            }
        }
    }
    tree
}

/// The title with the headings below it.
fn outline(laid: &Laid) -> Outline {
    let mut outline = Outline::new();
    let mut title: Option<OutlineNode> = None;
    for block in &laid.blocks {
        let Block::Heading {
            level,
            text,
            page,
            y,
            ..
        } = block
        else {
            continue;
        };
        let node = OutlineNode::new(
            text.clone(),
            XyzDestination::new(*page, Point::from_xy(0.0, *y)),
        );
        match (level, &mut title) {
            (1, _) => title = Some(node),
            (2, Some(title)) => title.push_child(node),
            _ => {}
        }
    }
    if let Some(title) = title {
        outline.push_child(title);
    }
    outline
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Fact, Part, codes};

    fn sheet() -> Sheet {
        let fact = |group: Option<&str>, label: &str, value: &str| Fact {
            group: group.map(str::to_owned),
            label: label.to_owned(),
            value: value.to_owned(),
        };
        let texts = codes(&[7; 200]).unwrap();
        let code = |text| Code {
            text,
            caption: "Код 1 з 1".to_owned(),
        };
        Sheet {
            language: "be".into(),
            title: "Выдача даведкі аб месцы працы — ў, і, ґ, ’".into(),
            footer: "2026-000001".into(),
            parts: vec![
                Part::Facts(vec![
                    fact(None, "Орган", "Мінгарвыканкам"),
                    fact(Some("Дзіця, 1"), "Імя", "АЛЕНА 李"),
                    fact(None, "Пуста", ""),
                ]),
                Part::Heading("Праверка".into()),
                Part::Text("Тэкст.\nДругі радок.".into()),
                Part::Codes(texts.into_iter().map(code).collect()),
            ],
        }
    }

    #[test]
    fn pages_satisfy_the_rules_for_accessible_documents() {
        let octets = pdf(&sheet()).unwrap();
        assert!(octets.starts_with(b"%PDF-1.7"));
        let has = |needle: &[u8]| octets.windows(needle.len()).any(|window| window == needle);
        assert!(has(b"/StructTreeRoot") && has(b"pdfuaid:part") && has(b"/Lang"));
        // Letters that are not used are not there.
        assert!(octets.len() < 60_000, "{}", octets.len());
        assert_eq!(pdf(&sheet()).unwrap(), octets);
    }

    #[test]
    fn a_code_that_fits_no_symbol_is_said() {
        let code = Code {
            text: "A".repeat(5000),
            caption: String::new(),
        };
        let sheet = Sheet {
            title: "A".into(),
            parts: vec![Part::Codes(vec![code])],
            ..Sheet::default()
        };
        assert!(pdf(&sheet).is_err());
    }
}
