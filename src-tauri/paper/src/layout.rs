//! Where everything stands: the parts of a sheet become marks on pages, and a structure for readers
//! that do not look. All lengths are in points (1/72 inch), from the upper left corner.

use crate::face::{Face, Weight};
use crate::symbol::Symbol;
use crate::{Code, Fact, Part, Sheet};

/// A4 (ISO 216).
pub(crate) const WIDTH: f32 = 595.28;
pub(crate) const HEIGHT: f32 = 841.89;
/// 20 mm.
pub(crate) const MARGIN: f32 = 56.7;
pub(crate) const RIGHT: f32 = WIDTH - MARGIN;
const BOTTOM: f32 = HEIGHT - MARGIN - 14.0;
const LABELS: f32 = 160.0;
const GAP: f32 = 12.0;
/// Of a line, by the size of its letters.
const LEADING: f32 = 1.35;
const TITLE: f32 = 18.0;
const HEADING: f32 = 13.0;
const TEXT: f32 = 10.5;
const SMALL: f32 = 8.5;
/// Side of a code: 78 mm.
const SYMBOL: f32 = 221.1;

/// A mark on a page.
pub(crate) enum Mark {
    /// A line of text from the left end of its baseline.
    Line {
        x: f32,
        y: f32,
        weight: Weight,
        size: f32,
        soft: bool,
        text: String,
    },
    /// A thin line from margin to margin.
    Rule { y: f32 },
    /// A code.
    Symbol {
        x: f32,
        y: f32,
        side: f32,
        symbol: Symbol,
    },
}

/// A mark and the place in the structure that it belongs to; decoration belongs nowhere.
pub(crate) struct Item {
    pub(crate) mark: Mark,
    pub(crate) leaf: Option<usize>,
}

/// What a reader that does not look is told, by the leaves that hold the marks.
pub(crate) enum Block {
    Heading {
        level: u16,
        text: String,
        leaf: usize,
        page: usize,
        y: f32,
    },
    Paragraph(usize),
    /// Rows of a label and a value.
    Table(Vec<(usize, usize)>),
    Figure {
        alt: String,
        leaf: usize,
    },
}

/// The pages and their structure.
pub(crate) struct Laid {
    pub(crate) pages: Vec<Vec<Item>>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) leaves: usize,
}

/// Lays a sheet out; `None` when a code's text fits no symbol.
pub(crate) fn lay(sheet: &Sheet, regular: &Face, bold: &Face) -> Option<Laid> {
    let mut pages = Pages {
        regular,
        bold,
        laid: Laid {
            pages: vec![Vec::new()],
            blocks: Vec::new(),
            leaves: 0,
        },
        y: MARGIN,
    };
    pages.heading(&sheet.title, 1, TITLE);
    for part in &sheet.parts {
        match part {
            Part::Heading(text) => {
                pages.y += GAP;
                pages.heading(text, 2, HEADING);
            }
            Part::Text(text) => pages.paragraph(text),
            Part::Facts(facts) => pages.facts(facts),
            Part::Codes(codes) => pages.codes(codes)?,
        }
    }
    pages.foot(&sheet.footer);
    Some(pages.laid)
}

struct Pages<'a> {
    regular: &'a Face,
    bold: &'a Face,
    laid: Laid,
    /// Where the next thing begins.
    y: f32,
}

impl Pages<'_> {
    fn heading(&mut self, text: &str, level: u16, size: f32) {
        let lines = self.bold.lines(text, size, RIGHT - MARGIN);
        // A heading does not stay alone at the foot of a page.
        let height = lines.len() as f32 * size * LEADING;
        self.room(height + 3.0 * TEXT * LEADING);
        let leaf = self.leaf();
        let (page, y) = (self.laid.pages.len() - 1, self.y);
        for line in lines {
            self.line(line, MARGIN, (Weight::Bold, size, false), leaf);
            self.y += size * LEADING;
        }
        self.y += size * 0.4;
        self.laid.blocks.push(Block::Heading {
            level,
            text: self.bold.readable(text).replace('\n', " "),
            leaf,
            page,
            y,
        });
    }

    fn paragraph(&mut self, text: &str) {
        let leaf = self.leaf();
        for line in self.regular.lines(text, TEXT, RIGHT - MARGIN) {
            self.room(TEXT * LEADING);
            self.line(line, MARGIN, (Weight::Regular, TEXT, false), leaf);
            self.y += TEXT * LEADING;
        }
        self.y += TEXT * 0.5;
        self.laid.blocks.push(Block::Paragraph(leaf));
    }

    fn facts(&mut self, facts: &[Fact]) {
        let mut rows = Vec::new();
        let mut group: Option<&str> = None;
        for fact in facts {
            if fact.group.as_deref() != group {
                self.table(&mut rows);
                group = fact.group.as_deref();
                if let Some(group) = group {
                    self.y += TEXT * 0.5;
                    self.heading(group, 3, TEXT);
                }
            }
            rows.push(self.row(fact));
        }
        self.table(&mut rows);
        self.y += TEXT * 0.5;
    }

    fn table(&mut self, rows: &mut Vec<(usize, usize)>) {
        if !rows.is_empty() {
            self.laid.blocks.push(Block::Table(std::mem::take(rows)));
        }
    }

    /// A row goes on to the next page where it has to.
    fn row(&mut self, fact: &Fact) -> (usize, usize) {
        let leaves = (self.leaf(), self.leaf());
        let value_at = MARGIN + LABELS + GAP;
        let mut labels = self.regular.lines(&fact.label, TEXT, LABELS).into_iter();
        let mut values = self
            .regular
            .lines(&fact.value, TEXT, RIGHT - value_at)
            .into_iter();
        let height = TEXT * LEADING;
        self.room(height + 6.0);
        self.mark(Mark::Rule { y: self.y }, None);
        self.y += 3.0;
        loop {
            let (label, value) = (labels.next(), values.next());
            if label.is_none() && value.is_none() {
                break;
            }
            self.room(height);
            if let Some(label) = label {
                self.line(label, MARGIN, (Weight::Regular, TEXT, true), leaves.0);
            }
            if let Some(value) = value {
                self.line(value, value_at, (Weight::Regular, TEXT, false), leaves.1);
            }
            self.y += height;
        }
        self.y += 3.0;
        leaves
    }

    /// Two codes beside each other, each with what it is below.
    fn codes(&mut self, codes: &[Code]) -> Option<()> {
        let row = SYMBOL + SMALL * LEADING;
        for pair in codes.chunks(2) {
            self.room(row);
            for (code, x) in pair.iter().zip([MARGIN, RIGHT - SYMBOL]) {
                let symbol = Symbol::of(&code.text)?;
                let leaf = self.leaf();
                let mark = Mark::Symbol {
                    x,
                    y: self.y,
                    side: SYMBOL,
                    symbol,
                };
                self.mark(mark, Some(leaf));
                let alt = self.regular.readable(&code.caption);
                self.laid.blocks.push(Block::Figure { alt, leaf });
                let below = Mark::Line {
                    x: x + (SYMBOL - self.regular.width(&code.caption, SMALL)) / 2.0,
                    y: self.y + SYMBOL + SMALL,
                    weight: Weight::Regular,
                    size: SMALL,
                    soft: true,
                    text: self.regular.readable(&code.caption),
                };
                let leaf = self.leaf();
                self.mark(below, Some(leaf));
                self.laid.blocks.push(Block::Paragraph(leaf));
            }
            self.y += row + GAP;
        }
        Some(())
    }

    /// The foot of every page, once all are there.
    fn foot(&mut self, footer: &str) {
        let y = HEIGHT - MARGIN;
        let count = self.laid.pages.len();
        let line = |x, text| Item {
            mark: Mark::Line {
                x,
                y,
                weight: Weight::Regular,
                size: SMALL,
                soft: true,
                text,
            },
            leaf: None,
        };
        let footer = self.regular.lines(footer, SMALL, RIGHT - MARGIN - 60.0);
        for (page, number) in self.laid.pages.iter_mut().zip(1..) {
            let counted = format!("{number} / {count}");
            let x = RIGHT - self.regular.width(&counted, SMALL);
            page.extend(footer.first().map(|footer| line(MARGIN, footer.clone())));
            page.push(line(x, counted));
        }
    }

    /// Goes to the next page when less than that is left of this one.
    fn room(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > MARGIN {
            self.laid.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }

    fn line(
        &mut self,
        text: String,
        x: f32,
        (weight, size, soft): (Weight, f32, bool),
        leaf: usize,
    ) {
        if text.is_empty() {
            return;
        }
        let mark = Mark::Line {
            x,
            y: self.y + size,
            weight,
            size,
            soft,
            text,
        };
        self.mark(mark, Some(leaf));
    }

    fn mark(&mut self, mark: Mark, leaf: Option<usize>) {
        if let Some(page) = self.laid.pages.last_mut() {
            page.push(Item { mark, leaf });
        }
    }

    fn leaf(&mut self) -> usize {
        self.laid.leaves += 1;
        self.laid.leaves - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid(parts: Vec<Part>) -> Laid {
        let sheet = Sheet {
            language: "be".into(),
            title: "Заява".into(),
            footer: "нумар".into(),
            parts,
        };
        let (regular, bold) = (Face::of(Weight::Regular), Face::of(Weight::Bold));
        lay(&sheet, &regular.unwrap(), &bold.unwrap()).unwrap()
    }

    #[test]
    fn long_values_go_on_to_the_next_page_within_its_margins() {
        let value = "радок\n".repeat(150);
        let long = Fact {
            group: Some("Група".into()),
            label: "Назва".into(),
            value,
        };
        let laid = laid(vec![Part::Facts(vec![long])]);
        assert_eq!(laid.pages.len(), 4);
        let mut lines = 0;
        for item in laid.pages.iter().flatten() {
            if let Mark::Line { x, y, text, .. } = &item.mark {
                lines += usize::from(text == "радок");
                assert!((MARGIN..RIGHT).contains(x) && (MARGIN..=HEIGHT - MARGIN).contains(y));
            }
        }
        assert_eq!(lines, 150);
        // Title, group, and the table with its row.
        assert!(matches!(
            laid.blocks[..],
            [
                Block::Heading { level: 1, .. },
                Block::Heading { level: 3, .. },
                Block::Table(_)
            ]
        ));
    }

    #[test]
    fn a_heading_does_not_stay_alone() {
        for filled in 30..60 {
            let parts = vec![
                Part::Text("радок\n".repeat(filled)),
                Part::Heading("Загаловак".into()),
                Part::Text("тэкст".into()),
            ];
            let laid = laid(parts);
            let page_of = |wanted: &str| {
                laid.pages.iter().position(|page| {
                    page.iter()
                        .any(|item| matches!(&item.mark, Mark::Line { text, .. } if text == wanted))
                })
            };
            assert_eq!(page_of("Загаловак"), page_of("тэкст"), "{filled}");
        }
    }

    #[test]
    fn every_page_has_its_number() {
        let laid = laid(vec![Part::Text("радок\n".repeat(120))]);
        for (page, number) in laid.pages.iter().zip(1..) {
            let expected = format!("{number} / {}", laid.pages.len());
            assert!(page.iter().any(|item| {
                item.leaf.is_none()
                    && matches!(&item.mark, Mark::Line { text, .. } if *text == expected)
            }));
        }
    }
}
