//! Where the symbols of a page are. rqrr takes three corners for those of one symbol when the shape of
//! a single corner, some thirty pixels, says where the others are; in a coarse scan a pixel more or
//! less there leads it astray. Here the distances between the corners decide. What is found is only
//! a place: rqrr reads and corrects what stands there.

use rqrr::{Grid, SimpleGrid};

/// Corners that are compared with each other: three times what is on a page.
const MOST_CORNERS: usize = 64;
/// Different places that are looked at before that, and how often in all: a page has some dozens, each
/// seen some twenty times.
const MOST_PLACES: usize = 1024;
const MOST_SIGHTS: usize = 1 << 16;
/// Threes of corners that are tried.
const MOST_TRIALS: usize = 256;
/// Of the areas for which a threshold is found, in pixels.
const BLOCK: usize = 40;
/// Less between dark and light is paper.
const CONTRAST: u8 = 40;

/// A grey picture.
pub(crate) struct Picture<'a> {
    width: usize,
    height: usize,
    samples: &'a [u8],
    /// What is dark, for each block.
    thresholds: Vec<u8>,
}

#[derive(Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
}

/// A pattern in three corners of a symbol: its centre, pixels a module, and how often it was seen.
#[derive(Clone, Copy)]
struct Corner {
    at: Point,
    module: f64,
    seen: f64,
}

/// The texts of the symbols in a picture of `width` pixels a row.
pub(crate) fn texts(width: usize, samples: &[u8]) -> Vec<String> {
    let picture = Picture::new(width, samples);
    let corners = picture.corners();
    let mut trials = threes(&corners);
    trials.sort_by(|(one, _), (other, _)| one.total_cmp(other));
    trials.truncate(MOST_TRIALS);
    let mut is_used = vec![false; corners.len()];
    let mut texts = Vec::new();
    for (_, three) in trials {
        if three.iter().any(|at| is_used[*at]) {
            continue;
        }
        if let Some(text) = picture.text(three.map(|at| corners[at])) {
            for at in three {
                is_used[at] = true;
            }
            texts.push(text);
        }
    }
    texts
}

/// Corners that may be of one symbol, upper left, upper right and lower left, the likeliest with the
/// least number.
fn threes(corners: &[Corner]) -> Vec<(f64, [usize; 3])> {
    let mut threes = Vec::new();
    for (a, first) in corners.iter().enumerate() {
        for (b, right) in corners.iter().enumerate() {
            for (c, below) in corners.iter().enumerate() {
                if a == b || a == c || b == c {
                    continue;
                }
                let (across, down) = (right.at.less(first.at), below.at.less(first.at));
                let (wide, high) = (across.length(), down.length());
                let area = wide * high;
                // Clockwise, at right angles, and as wide as high.
                let sine = (across.x * down.y - across.y * down.x) / area;
                let cosine = (across.x * down.x + across.y * down.y).abs() / area;
                let ratio = (wide / high).ln().abs();
                let modules = [first, right, below].map(|corner| corner.module);
                let least = modules.iter().copied().fold(f64::MAX, f64::min);
                let most = modules.iter().copied().fold(0.0, f64::max);
                if sine > 0.0 && cosine < 0.2 && ratio < 0.2 && most < 1.5 * least {
                    threes.push((cosine + ratio, [a, b, c]));
                }
            }
        }
    }
    threes
}

impl Point {
    fn less(self, other: Self) -> Self {
        self.plus(other, -1.0)
    }

    fn plus(self, other: Self, times: f64) -> Self {
        Self {
            x: self.x + other.x * times,
            y: self.y + other.y * times,
        }
    }

    fn length(self) -> f64 {
        self.x.hypot(self.y)
    }
}

/// How the modules of a symbol lie.
struct Lie {
    size: usize,
    first: Point,
    across: Point,
    down: Point,
    /// How far the corner without a pattern is from where the others say.
    skew: Point,
}

impl Lie {
    fn of([first, right, below]: [Corner; 3], size: usize) -> Self {
        Self {
            size,
            first: first.at,
            across: right.at.less(first.at),
            down: below.at.less(first.at),
            skew: Point { x: 0.0, y: 0.0 },
        }
    }

    /// A place in modules from the upper left corner as one in pixels.
    fn place(&self, column: f64, row: f64) -> Point {
        let between = self.size as f64 - 7.0;
        let (across, down) = ((column - 3.5) / between, (row - 3.5) / between);
        let place = self.first.plus(self.across, across).plus(self.down, down);
        place.plus(self.skew, across * down)
    }
}

impl<'a> Picture<'a> {
    fn new(width: usize, samples: &'a [u8]) -> Self {
        let height = samples.len() / width.max(1);
        let (across, down) = (width.div_ceil(BLOCK), height.div_ceil(BLOCK));
        let mut spans = vec![(u8::MAX, 0); across * down];
        for (y, row) in samples.chunks_exact(width.max(1)).enumerate() {
            for (x, sample) in row.iter().enumerate() {
                let (least, most) = &mut spans[y / BLOCK * across + x / BLOCK];
                *least = (*least).min(*sample);
                *most = (*most).max(*sample);
            }
        }
        // With the blocks around, so that there are both dark and light.
        let threshold = |at: usize| {
            let (x, y) = (at % across, at / across);
            let rows = y.saturating_sub(1)..(y + 2).min(down);
            let columns = x.saturating_sub(1)..(x + 2).min(across);
            let around = rows.flat_map(|row| columns.clone().map(move |column| (row, column)));
            let around = around.map(|(row, column)| spans[row * across + column]);
            let joined = |(a, b): (u8, u8), (c, d)| (a.min(c), b.max(d));
            let (least, most) = around.fold((u8::MAX, 0), joined);
            let is_paper = most.saturating_sub(least) < CONTRAST;
            if is_paper { 0 } else { least.midpoint(most) }
        };
        let thresholds = (0..spans.len()).map(threshold).collect();
        Self {
            width,
            height,
            samples,
            thresholds,
        }
    }

    fn is_dark(&self, x: usize, y: usize) -> bool {
        self.samples[y * self.width + x] < self.threshold(x, y)
    }

    fn threshold(&self, x: usize, y: usize) -> u8 {
        self.thresholds[y / BLOCK * self.width.div_ceil(BLOCK) + x / BLOCK]
    }

    /// The patterns of dark and light as 1:1:3:1:1 along a row and a column.
    fn corners(&self) -> Vec<Corner> {
        let mut corners: Vec<Corner> = Vec::new();
        let mut sights = 0;
        for y in 0..self.height {
            // Where dark and light change.
            let is_dark = |x: usize| self.is_dark(x, y);
            let changes = (1..self.width).filter(|x| is_dark(*x) != is_dark(x - 1));
            let changes: Vec<usize> = changes.collect();
            for run in changes.windows(6) {
                let lengths: [usize; 5] = std::array::from_fn(|at| run[at + 1] - run[at]);
                if !is_dark(run[0]) || unit(lengths).is_none() {
                    continue;
                }
                let width = run[5] - run[0];
                let Some(corner) = self.corner(usize::midpoint(run[0], run[5]), y, width) else {
                    continue;
                };
                sights += 1;
                if sights > MOST_SIGHTS || corners.len() > MOST_PLACES {
                    return most_seen(corners);
                }
                let near = corners
                    .iter_mut()
                    .find(|known| known.at.less(corner.at).length() < 2.0 * known.module);
                match near {
                    Some(known) => {
                        known.seen += 1.0;
                        let part = 1.0 / known.seen;
                        known.at = known.at.plus(corner.at.less(known.at), part);
                        known.module += (corner.module - known.module) * part;
                    }
                    None => corners.push(corner),
                }
            }
        }
        most_seen(corners)
    }

    /// A pattern around a pixel, some `width` wide, first looked at from top to bottom, then from left to
    /// right.
    fn corner(&self, x: usize, y: usize, width: usize) -> Option<Corner> {
        let (top, high) = pattern((y, self.height), width, |y| self.is_dark(x, y))?;
        let middle = top + high * 3.5;
        let dark = |x| self.is_dark(x, middle as usize);
        let (left, wide) = pattern((x, self.width), width, dark)?;
        Some(Corner {
            at: Point {
                x: left + wide * 3.5,
                y: middle,
            },
            module: f64::midpoint(high, wide),
            seen: 1.0,
        })
    }

    fn text(&self, three: [Corner; 3]) -> Option<String> {
        let first = Lie::of(three, 21);
        let mean = three.iter().map(|corner| corner.module).sum::<f64>() / 3.0;
        let modules = f64::midpoint(first.across.length(), first.down.length()) / mean + 7.0;
        let near = ((modules - 17.0) / 4.0).round() as i64;
        // The row and the column of dark and light in turn say how large the symbol is.
        let versions = (near - 3).max(1)..=(near + 3).min(40);
        let sizes = versions.filter_map(|version| usize::try_from(17 + 4 * version).ok());
        let mut lies: Vec<(usize, Lie)> = sizes
            .map(|size| Lie::of(three, size))
            .map(|lie| (self.wrong_in_turn(&lie) * 1000 / lie.size, lie))
            .collect();
        lies.sort_by_key(|(wrong, _)| *wrong);
        lies.into_iter().take(2).find_map(|(_, mut lie)| {
            self.straighten(&mut lie);
            let dark = |column, row| self.is_module_dark(&lie, column, row);
            let grid = Grid::new(SimpleGrid::from_func(lie.size, dark));
            grid.decode().ok().map(|(_, text)| text)
        })
    }

    fn wrong_in_turn(&self, lie: &Lie) -> usize {
        let between = 7..lie.size - 7;
        let wrong = between.flat_map(|at| [(at, 6), (6, at)].map(|place| (at, place)));
        wrong
            .filter(|(at, (column, row))| {
                self.is_module_dark(lie, *column, *row) != at.is_multiple_of(2)
            })
            .count()
    }

    /// Looks for the small pattern near the fourth corner, which all but the smallest symbols have.
    fn straighten(&self, lie: &mut Lie) {
        if lie.size < 25 {
            return;
        }
        let at = lie.size as f64 - 6.5;
        let share = (at - 3.5) / (lie.size as f64 - 7.0);
        let steps = || (-10..=10).map(|step| f64::from(step) / 4.0);
        let places = steps().flat_map(|row| steps().map(move |column| (column, row)));
        // How much lighter the ring is than the centre and the ring around; the nearest of equals.
        let fits = |column: f64, row: f64| {
            let mut fit = 0.0;
            for y in -2_i8..=2 {
                for x in -2_i8..=2 {
                    let place = lie.place(at + column + f64::from(x), at + row + f64::from(y));
                    let sample = self.sample(place);
                    let is_light = x.abs().max(y.abs()) == 1;
                    fit += if is_light {
                        sample / 8.0
                    } else {
                        -sample / 17.0
                    };
                }
            }
            fit - column.hypot(row)
        };
        let fits = places.map(|(column, row)| (fits(column, row), column, row));
        let best = fits.max_by(|one, other| one.0.total_cmp(&other.0));
        if let Some((_, column, row)) = best {
            let apart = lie.place(at + column, at + row).less(lie.place(at, at));
            lie.skew = lie.skew.plus(apart, 1.0 / (share * share));
        }
    }

    fn is_module_dark(&self, lie: &Lie, column: usize, row: usize) -> bool {
        let (column, row) = (column as f64 + 0.5, row as f64 + 0.5);
        let parts = [(0.0, 0.0), (-0.2, 0.0), (0.2, 0.0), (0.0, -0.2), (0.0, 0.2)];
        let samples = parts.map(|(x, y)| self.sample(lie.place(column + x, row + y)));
        let place = lie.place(column, row);
        let (x, y) = (within(place.x, self.width), within(place.y, self.height));
        samples.iter().sum::<f64>() / 5.0 < f64::from(self.threshold(x, y))
    }

    /// Between the pixels around a place.
    fn sample(&self, place: Point) -> f64 {
        let (x, y) = (place.x - 0.5, place.y - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (right, below) = (x - left, y - top);
        let sample = |x, y| {
            let (x, y) = (within(x, self.width), within(y, self.height));
            f64::from(self.samples[y * self.width + x])
        };
        let row = |y| sample(left, y) * (1.0 - right) + sample(left + 1.0, y) * right;
        row(top) * (1.0 - below) + row(top + 1.0) * below
    }
}

fn within(at: f64, side: usize) -> usize {
    (at.max(0.0) as usize).min(side - 1)
}

/// Those that were seen more than once, the most seen first.
fn most_seen(mut corners: Vec<Corner>) -> Vec<Corner> {
    corners.retain(|corner| corner.seen > 1.0);
    corners.sort_by(|one, other| other.seen.total_cmp(&one.seen));
    corners.truncate(MOST_CORNERS);
    corners
}

/// Where a pattern around a pixel begins, and how long its module is; no part of it is longer than `most`.
fn pattern(
    (at, side): (usize, usize),
    most: usize,
    is_dark: impl Fn(usize) -> bool,
) -> Option<(f64, f64)> {
    if at >= side || !is_dark(at) {
        return None;
    }
    let mut lengths = [0; 5];
    let mut start = at;
    for (run, dark) in [(2, true), (1, false), (0, true)] {
        while start > 0 && lengths[run] <= most && is_dark(start - 1) == dark {
            start -= 1;
            lengths[run] += 1;
        }
    }
    let mut end = at;
    for (run, dark) in [(2, true), (3, false), (4, true)] {
        while end < side && lengths[run] <= most && is_dark(end) == dark {
            end += 1;
            lengths[run] += 1;
        }
    }
    unit(lengths).map(|unit| (start as f64, unit))
}

/// The module of runs as 1:1:3:1:1; `None` when they are not.
fn unit(lengths: [usize; 5]) -> Option<f64> {
    let unit = lengths.iter().sum::<usize>() as f64 / 7.0;
    let fits = |(length, modules): (usize, f64)| {
        (length as f64 - modules * unit).abs() < unit * (0.5 + modules * 0.15)
    };
    let expected = [1.0, 1.0, 3.0, 1.0, 1.0];
    lengths.into_iter().zip(expected).all(fits).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sheet on which each pixel is dark or light as it is said.
    fn sheet(side: usize, is_dark: impl Fn(usize, usize) -> bool) -> Vec<u8> {
        let places = (0..side).flat_map(|y| (0..side).map(move |x| (x, y)));
        places
            .map(|(x, y)| if is_dark(x, y) { 0 } else { 255 })
            .collect()
    }

    #[test]
    fn a_sheet_of_nothing_but_corners_ends_without_a_symbol() {
        // The rings of a corner (ISO/IEC 18004, clause 6.3.3), two light modules apart.
        let ring = |x: usize, y: usize| (x % 9).abs_diff(3).max((y % 9).abs_diff(3));
        let corners = sheet(1800, |x, y| matches!(ring(x, y), 0 | 1 | 3));
        let stripes = sheet(1800, |x, _| matches!((x % 9).abs_diff(3), 0 | 1 | 3));
        for sheet in [corners, stripes] {
            assert_eq!(texts(1800, &sheet), [] as [String; 0]);
        }
        let picture = Picture::new(1800, &[255; 1800 * 1800]);
        assert_eq!(picture.corners().len(), 0);
    }
}
