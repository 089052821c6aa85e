//! Codes in a picture of the paper: a scan or a photo, PNG or JPEG. The code is memory-safe and looks
//! at the size first; the desk runs it in a process that may do nothing else.

use std::collections::BTreeSet;
use std::io::Cursor;

use rqrr::PreparedImage;
use thiserror::Error;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::code::{is_code, signature};
use crate::locate;

/// Pixels on a side: A4 at 600 dots an inch has 7016.
const LONGEST_SIDE: usize = 8192;
/// Pixels in all: A4 at 600 dots an inch has 35 million.
const MOST_PIXELS: usize = 40 << 20;
/// Pixels on a side from which codes are located in a coarser picture: A4 at 225 dots an inch.
const COARSE_SIDE: usize = 2640;

/// The octets are no picture that is read here, or one that is too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("not a picture in PNG or JPEG, or too large")]
pub struct NoPicture;

/// The texts of all codes of this program that are found in a picture, each once and in no order that
/// means anything; none when there is none.
///
/// # Errors
/// [`NoPicture`].
pub fn codes_in(picture: &[u8]) -> Result<Vec<String>, NoPicture> {
    let grey = if picture.starts_with(&[0xFF, 0xD8]) {
        from_jpeg(picture)
    } else {
        from_png(picture)
    };
    Ok(codes_of(&grey.ok_or(NoPicture)?))
}

fn codes_of(grey: &Grey) -> Vec<String> {
    // What is finer than codes need is read sooner, and as surely, when it is made coarser.
    let coarse = grey.coarser(grey.width.max(grey.height).div_ceil(COARSE_SIDE));
    let found = locate::texts(coarse.width, &coarse.samples).into_iter();
    let mut texts: BTreeSet<String> = found.filter(|text| is_code(text)).collect();
    // A photo taken at a slant is rqrr's alone. Several codes on one page are taken for parts of each
    // other, and what few pixels a module lose in rounding, more of them win back. Nobody waits longer
    // than it takes to have all.
    for (tiles, zoom) in [(&QUARTERS[..], 1), (&WHOLE[..], 1), (&QUARTERS[..], 2)] {
        let found: Vec<&String> = texts.iter().collect();
        if signature(&found).is_ok() {
            break;
        }
        for tile in tiles {
            texts.extend(found_in(grey, tile, zoom));
        }
    }
    texts.into_iter().collect()
}

/// A part of a picture, in twentieths of its sides: left, right, top, bottom.
type Tile = [usize; 4];

const WHOLE: [Tile; 1] = [[0, 20, 0, 20]];
/// Larger than quarters, so that what stands in the middle is in one of them.
const QUARTERS: [Tile; 4] = [
    [0, 11, 0, 11],
    [9, 20, 0, 11],
    [0, 11, 9, 20],
    [9, 20, 9, 20],
];

fn found_in(grey: &Grey, [left, right, top, bottom]: &Tile, zoom: usize) -> Vec<String> {
    let place = |part: &usize, side: usize| part * side / 20;
    let (left, right) = (place(left, grey.width), place(right, grey.width));
    let (top, bottom) = (place(top, grey.height), place(bottom, grey.height));
    let (width, height) = ((right - left) * zoom, (bottom - top) * zoom);
    if width == 0 || height == 0 || width * height > MOST_PIXELS {
        return Vec::new();
    }
    let pixel = |x, y| grey.at(x + left * zoom, y + top * zoom, zoom);
    let mut image = PreparedImage::prepare_from_greyscale(width, height, pixel);
    let found = image.detect_grids();
    let texts = found.iter().filter_map(|grid| grid.decode().ok());
    texts
        .map(|(_, text)| text)
        .filter(|text| is_code(text))
        .collect()
}

struct Grey {
    width: usize,
    height: usize,
    samples: Vec<u8>,
}

impl Grey {
    /// The picture with the mean of so many pixels a side in place of each.
    fn coarser(&self, by: usize) -> Self {
        let (width, height) = (self.width / by, self.height / by);
        let mut samples = Vec::with_capacity(width * height);
        for y in 0..height {
            samples.extend((0..width).map(|x| {
                let row = |row: usize| {
                    let start = row * self.width + x * by;
                    let row = self.samples.get(start..start + by).unwrap_or_default();
                    row.iter().map(|sample| usize::from(*sample)).sum::<usize>()
                };
                let sum: usize = (y * by..(y + 1) * by).map(row).sum();
                u8::try_from(sum / (by * by)).unwrap_or(u8::MAX)
            }));
        }
        Self {
            width,
            height,
            samples,
        }
    }

    /// The picture `zoom` times as large, each pixel between its neighbours.
    fn at(&self, x: usize, y: usize, zoom: usize) -> u8 {
        let sample = |x: usize, y: usize| {
            let (x, y) = (x.min(self.width - 1), y.min(self.height - 1));
            let sample = self.samples.get(y * self.width + x);
            usize::from(sample.copied().unwrap_or(u8::MAX))
        };
        let (left, top) = (x / zoom, y / zoom);
        let (right, below) = (x % zoom, y % zoom);
        let row = |y| sample(left, y) * (zoom - right) + sample(left + 1, y) * right;
        let sum = row(top) * (zoom - below) + row(top + 1) * below;
        u8::try_from(sum / (zoom * zoom)).unwrap_or(u8::MAX)
    }
}

fn is_sane(width: usize, height: usize) -> bool {
    let sides = 1..=LONGEST_SIDE;
    sides.contains(&width) && sides.contains(&height) && width * height <= MOST_PIXELS
}

fn from_png(picture: &[u8]) -> Option<Grey> {
    let limits = png::Limits {
        bytes: 4 * MOST_PIXELS,
    };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(picture), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let width = usize::try_from(reader.info().width).ok()?;
    let height = usize::try_from(reader.info().height).ok()?;
    if !is_sane(width, height) {
        return None;
    }
    let samples = reader.output_color_type().0.samples();
    let mut grey = Vec::with_capacity(width * height);
    while let Some(row) = reader.next_row().ok()? {
        grey.extend(row.data().chunks_exact(samples).map(luma));
    }
    (grey.len() == width * height).then_some(Grey {
        width,
        height,
        samples: grey,
    })
}

/// How light a pixel is on white paper: grey, red with green and blue, each perhaps with its opacity.
fn luma(pixel: &[u8]) -> u8 {
    let over = |light: u32, opacity: u8| {
        let opacity = u32::from(opacity);
        u8::try_from((light * opacity + 255 * (255 - opacity)) / 255).unwrap_or(u8::MAX)
    };
    // Rec. 601, in thousandths.
    let light = |red: u8, green: u8, blue: u8| {
        (299 * u32::from(red) + 587 * u32::from(green) + 114 * u32::from(blue)) / 1000
    };
    match *pixel {
        [grey] => grey,
        [grey, opacity] => over(u32::from(grey), opacity),
        [red, green, blue] => over(light(red, green, blue), u8::MAX),
        [red, green, blue, opacity] => over(light(red, green, blue), opacity),
        _ => u8::MAX,
    }
}

fn from_jpeg(picture: &[u8]) -> Option<Grey> {
    let options = DecoderOptions::new_safe()
        .set_max_width(LONGEST_SIDE)
        .set_max_height(LONGEST_SIDE)
        .set_strict_mode(false)
        .jpeg_set_out_colorspace(ColorSpace::Luma);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(picture), options);
    decoder.decode_headers().ok()?;
    let (width, height) = decoder.dimensions()?;
    let samples = is_sane(width, height).then(|| decoder.decode().ok())??;
    (samples.len() == width * height).then_some(Grey {
        width,
        height,
        samples,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;
    use crate::symbol::Symbol;

    /// A picture of symbols beside each other, `scale` pixels a module.
    fn drawn(texts: &[String], scale: usize, colour: png::ColorType) -> Vec<u8> {
        let symbols: Vec<_> = texts.iter().map(|text| Symbol::of(text).unwrap()).collect();
        let side = usize::from(symbols[0].side()) * scale;
        let width = side * symbols.len();
        let mut dark = vec![false; width * side];
        for (at, symbol) in symbols.iter().enumerate() {
            for (column, row, length) in symbol.runs() {
                let (column, row) = (usize::from(column) * scale, usize::from(row) * scale);
                for y in row..row + scale {
                    let start = y * width + at * side + column;
                    dark[start..start + usize::from(length) * scale].fill(true);
                }
            }
        }
        let pixels = dark.iter().flat_map(|dark| match colour {
            png::ColorType::Rgba if *dark => vec![20, 0, 90, 255],
            // Nothing at all: the paper shows.
            png::ColorType::Rgba => vec![0, 0, 0, 0],
            _ => vec![if *dark { 30 } else { 220 }],
        });
        let pixels: Vec<u8> = pixels.collect();
        let mut octets = Vec::new();
        let size = |length: usize| u32::try_from(length).unwrap();
        let mut encoder = png::Encoder::new(&mut octets, size(width), size(side));
        encoder.set_color(colour);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(&pixels).unwrap();
        writer.finish().unwrap();
        octets
    }

    fn noise(length: usize) -> Vec<u8> {
        let mut octets = kabinet_stb::hash::belt_hash(b"picture").to_vec();
        while octets.len() < length {
            octets.extend(kabinet_stb::hash::belt_hash(&octets));
        }
        octets.truncate(length);
        octets
    }

    #[test]
    fn codes_are_found_in_a_picture() {
        let octets = noise(1900);
        let texts = codes(&octets).unwrap();
        for colour in [png::ColorType::Grayscale, png::ColorType::Rgba] {
            let mut found = codes_in(&drawn(&texts, 4, colour)).unwrap();
            found.sort();
            let mut expected = texts.clone();
            expected.sort();
            assert_eq!(found, expected, "{colour:?}");
        }
        let other = ["HTTPS://EXAMPLE.BY".to_owned()];
        let other = drawn(&other, 4, png::ColorType::Grayscale);
        assert_eq!(codes_in(&other).unwrap(), Vec::<String>::new());
    }

    /// A page of 150 dots an inch with codes where [`crate::pdf`] puts them, `apart` of a pixel from the
    /// raster and a little turned, as a scanner makes it: each pixel the mean of what is below it, with
    /// some noise.
    fn scanned(texts: &[String], apart: f64, turned: f64) -> Grey {
        let symbols: Vec<_> = texts.iter().map(|text| Symbol::of(text).unwrap()).collect();
        let (width, height) = (1241_usize, 1754_usize);
        let side = 460.6;
        let modules: Vec<Vec<bool>> = symbols
            .iter()
            .map(|symbol| {
                let side = usize::from(symbol.side());
                let mut dark = vec![false; side * side];
                for (column, row, length) in symbol.runs() {
                    let start = usize::from(row) * side + usize::from(column);
                    dark[start..start + usize::from(length)].fill(true);
                }
                dark
            })
            .collect();
        let is_dark = |x: f64, y: f64| {
            let (x, y) = (x - y * turned, y + x * turned);
            (0..symbols.len()).any(|at| {
                let left = [118.1, 661.5][at % 2] + apart;
                let top = 130.0 + [0.0, 509.6, 1019.1][at / 2] + apart;
                let (x, y) = ((x - left) / side, (y - top) / side);
                if !(0.0..1.0).contains(&x) || !(0.0..1.0).contains(&y) {
                    return false;
                }
                let count = f64::from(symbols[at].side());
                let (column, row) = ((x * count) as usize, (y * count) as usize);
                modules[at][row * usize::from(symbols[at].side()) + column]
            })
        };
        let mut grain = kabinet_stb::hash::belt_hash(b"grain");
        let mut samples = Vec::with_capacity(width * height);
        for y in 0..height {
            grain = kabinet_stb::hash::belt_hash(&grain);
            for x in 0..width {
                let parts = [1.0 / 6.0, 0.5, 5.0 / 6.0];
                let places = parts.iter().flat_map(|dy| parts.map(|dx| (dx, *dy)));
                let dark = places.filter(|(dx, dy)| is_dark(x as f64 + dx, y as f64 + dy));
                let light = 230 - 21 * dark.count();
                let noise = usize::from(grain[(x * 7 + x / 32) % 32] % 24);
                samples.push(u8::try_from(light + noise).unwrap());
            }
        }
        Grey {
            width,
            height,
            samples,
        }
    }

    /// Each of several codes on a page, wherever the scanner's pixels fall.
    #[test]
    fn codes_of_a_coarse_scan_are_all_found() {
        let texts = codes(&noise(2900)).unwrap();
        assert_eq!(texts.len(), 6);
        for (apart, turned) in [(0.0, 0.0), (0.3, 0.004), (0.7, -0.01), (0.5, 0.03)] {
            let found = codes_of(&scanned(&texts, apart, turned));
            assert_eq!(found, texts, "{apart} {turned}");
        }
    }

    #[test]
    fn what_is_no_picture_is_said() {
        let texts = codes(&noise(100)).unwrap();
        let good = drawn(&texts, 3, png::ColorType::Grayscale);
        assert_eq!(codes_in(&good).unwrap(), texts);
        for cut in [0, 8, 20, 60, good.len() / 2] {
            assert_eq!(codes_in(&good[..cut]), Err(NoPicture), "{cut}");
        }
        assert_eq!(codes_in(&[0xFF, 0xD8, 0xFF, 0xE0]), Err(NoPicture));
        // A head that promises 100000 pixels a side.
        let mut large = good.clone();
        large[16..24].copy_from_slice(&[0, 1, 0x86, 0xA0, 0, 1, 0x86, 0xA0]);
        assert_eq!(codes_in(&large), Err(NoPicture));
    }
}
