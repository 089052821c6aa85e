//! Draws a file small. It runs in the process that may do nothing else, and looks at every size before
//! it believes it.

use std::io::Cursor;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use kabinet_mrtd::portrait::Pixels;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The longest side of what is drawn, in pixels: a page of A4 can be read.
pub(crate) const LONGEST: usize = 1200;
/// Pixels on a side of a picture that is looked at, and in all: a page of A4 at 600 dpi has 35 million.
const LONGEST_SIDE: usize = 16_384;
const MOST_PIXELS: usize = 40_000_000;

const PDF: &[u8] = b"%PDF-";
const JPEG: &[u8] = &[0xFF, 0xD8, 0xFF];
const PNG: &[u8] = b"\x89PNG\r\n\x1A\n";

/// Whether a file that begins so is of a kind that can be drawn.
pub(crate) fn can_be_drawn(head: &[u8]) -> bool {
    [PDF, JPEG, PNG].iter().any(|sign| head.starts_with(sign))
}

/// The picture, or the first page; nothing for what is neither, is broken or too large.
pub(super) fn draw(file: Vec<u8>) -> Option<Pixels> {
    if file.starts_with(PDF) {
        from_pdf(file)
    } else if file.starts_with(JPEG) {
        from_jpeg(&file)
    } else if file.starts_with(PNG) {
        from_png(&file)
    } else {
        None
    }
}

fn from_pdf(file: Vec<u8>) -> Option<Pixels> {
    let pdf = Pdf::new(file).ok()?;
    let page = pdf.pages().first()?;
    let (width, height) = page.render_dimensions();
    let scale = LONGEST as f32 / width.max(height);
    // A stripe without a pixel is no page.
    if !scale.is_finite() || width * scale < 1.0 || height * scale < 1.0 {
        return None;
    }
    let size = PixmapSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
    };
    let drawn = hayro::render(
        page,
        &RenderCache::new(),
        &InterpreterSettings::default(),
        &RenderSettings::default(),
        &size,
    );
    // On white nothing is transparent.
    let octets = drawn.data().iter().flat_map(|dot| [dot.r, dot.g, dot.b]);
    let (width, height) = (drawn.width().into(), drawn.height().into());
    Pixels::new(width, height, false, octets.collect())
}

fn from_jpeg(picture: &[u8]) -> Option<Pixels> {
    let options = DecoderOptions::new_safe()
        .set_max_width(LONGEST_SIDE)
        .set_max_height(LONGEST_SIDE)
        .set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(picture), options);
    decoder.decode_headers().ok()?;
    let (width, height) = decoder.dimensions()?;
    let turn = decoder.exif().map_or(1, |exif| orientation(exif));
    let grey = decoder.input_colorspace()? == ColorSpace::Luma;
    let wanted = if grey {
        ColorSpace::Luma
    } else {
        ColorSpace::RGB
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let mut small = Small::of(width, height)?;
    let octets = decoder.decode().ok()?;
    let samples = if grey { 1 } else { 3 };
    if octets.len() != width * height * samples {
        return None;
    }
    for row in octets.chunks_exact(width * samples) {
        small.add(row, samples);
    }
    small.turned(turn)
}

fn from_png(picture: &[u8]) -> Option<Pixels> {
    let limits = png::Limits {
        bytes: 4 * MOST_PIXELS,
    };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(picture), limits);
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let width = usize::try_from(reader.info().width).ok()?;
    let height = usize::try_from(reader.info().height).ok()?;
    let mut small = Small::of(width, height)?;
    let samples = reader.output_color_type().0.samples();
    if reader.info().interlaced {
        let mut octets = vec![0; reader.output_buffer_size()?];
        reader.next_frame(&mut octets).ok()?;
        for row in octets.chunks_exact(width * samples) {
            small.add(row, samples);
        }
    } else {
        while let Some(row) = reader.next_row().ok()? {
            small.add(row.data(), samples);
        }
    }
    small.turned(1)
}

/// A picture that is made small while its rows come in: each pixel is the mean of those that it covers.
struct Small {
    from: (usize, usize),
    to: (usize, usize),
    /// Red, green, blue, and how many pixels they are the sums of.
    sums: Vec<[u32; 4]>,
    row: usize,
}

impl Small {
    /// Of a picture with those sides; nothing for one that is too large.
    fn of(width: usize, height: usize) -> Option<Self> {
        let sides = 1..=LONGEST_SIDE;
        if !sides.contains(&width) || !sides.contains(&height) || width * height > MOST_PIXELS {
            return None;
        }
        let longest = width.max(height).max(LONGEST);
        let small = |side: usize| (side * LONGEST / longest).max(1);
        let to = (small(width), small(height));
        Some(Self {
            from: (width, height),
            to,
            sums: vec![[0; 4]; to.0 * to.1],
            row: 0,
        })
    }

    fn add(&mut self, row: &[u8], samples: usize) {
        let below = self.row * self.to.1 / self.from.1 * self.to.0;
        self.row += 1;
        for (at, pixel) in row.chunks_exact(samples).enumerate() {
            let place = below + at * self.to.0 / self.from.0;
            if let Some(sums) = self.sums.get_mut(place) {
                let [red, green, blue] = on_white(pixel);
                for (sum, more) in sums.iter_mut().zip([red, green, blue, 1]) {
                    *sum += more;
                }
            }
        }
    }

    /// The picture as it stands upright, by its [`orientation`].
    fn turned(&self, orientation: u16) -> Option<Pixels> {
        // Rows that are missing stay white.
        let mean = |[red, green, blue, count]: [u32; 4]| {
            [red, green, blue].map(|sum| {
                let mean = sum.checked_div(count).unwrap_or(u8::MAX.into());
                u8::try_from(mean).unwrap_or(u8::MAX)
            })
        };
        let (width, height) = self.to;
        let lies = matches!(orientation, 6 | 8);
        let (across, down) = if lies {
            (height, width)
        } else {
            (width, height)
        };
        let mut octets = Vec::with_capacity(3 * width * height);
        for y in 0..down {
            for x in 0..across {
                let (x, y) = match orientation {
                    3 => (width - 1 - x, height - 1 - y),
                    6 => (y, height - 1 - x),
                    8 => (width - 1 - y, x),
                    _ => (x, y),
                };
                octets.extend(mean(*self.sums.get(y * width + x)?));
            }
        }
        Pixels::new(across, down, false, octets)
    }
}

/// Grey, or red with green and blue, each perhaps with its opacity, on white paper.
fn on_white(pixel: &[u8]) -> [u32; 3] {
    let over = |light: u8, opacity: u8| {
        let (light, opacity) = (u32::from(light), u32::from(opacity));
        (light * opacity + 255 * (255 - opacity)) / 255
    };
    match *pixel {
        [grey] => [grey.into(); 3],
        [grey, opacity] => [over(grey, opacity); 3],
        [red, green, blue] => [red.into(), green.into(), blue.into()],
        [red, green, blue, opacity] => [red, green, blue].map(|light| over(light, opacity)),
        _ => [255; 3],
    }
}

/// How a camera was held (Exif 2.32, 4.6.4, tag 0x0112): 3, 6 and 8 are half, a quarter and three
/// quarters of a turn; everything else is taken for upright.
fn orientation(exif: &[u8]) -> u16 {
    const ORIENTATION: u16 = 0x0112;
    const ENTRY: usize = 12;
    let read = || {
        let little = exif.starts_with(b"II");
        let number = |at: usize, length: usize| {
            let octets = exif.get(at..at.checked_add(length)?)?.iter();
            let add = |sum: usize, octet: &u8| sum << 8 | usize::from(*octet);
            Some(if little {
                octets.rev().fold(0, add)
            } else {
                octets.fold(0, add)
            })
        };
        let directory = number(4, 4)?;
        let count = number(directory, 2)?;
        (0..count).find_map(|entry| {
            let at = directory.checked_add(2 + entry * ENTRY)?;
            let is = number(at, 2)? == usize::from(ORIENTATION);
            is.then(|| number(at + 8, 2)).flatten()
        })
    };
    read()
        .and_then(|value| u16::try_from(value).ok())
        .unwrap_or(1)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32, colour: png::ColorType, octets: &[u8]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(colour);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(octets).unwrap();
        writer.finish().unwrap();
        file
    }

    fn samples(pixels: &Pixels) -> Vec<u8> {
        let mut octets = Vec::new();
        pixels.write_netpbm(&mut octets).unwrap();
        let (width, height) = pixels.size();
        octets.split_off(octets.len() - 3 * width * height)
    }

    #[test]
    fn a_picture_comes_as_it_is_on_white() {
        let file = png(2, 1, png::ColorType::Rgba, &[10, 20, 30, 255, 0, 0, 0, 0]);
        assert_eq!(samples(&draw(file).unwrap()), [10, 20, 30, 255, 255, 255]);
        let file = png(1, 2, png::ColorType::Grayscale, &[7, 9]);
        assert_eq!(samples(&draw(file).unwrap()), [7, 7, 7, 9, 9, 9]);
    }

    #[test]
    fn a_large_picture_becomes_small_and_keeps_its_shape() {
        let (width, height) = (3000, 1500);
        // The left half is dark.
        let row = (0..width).map(|x| if x < width / 2 { 0 } else { 200 });
        let octets: Vec<u8> = (0..height).flat_map(|_| row.clone()).collect();
        let drawn = draw(png(width, height, png::ColorType::Grayscale, &octets)).unwrap();
        assert_eq!(drawn.size(), (1200, 600));
        let octets = samples(&drawn);
        assert_eq!((octets[0], octets[3 * 1199]), (0, 200));
        assert_eq!(octets.last(), Some(&200));
        // A line stays a line.
        let line = draw(png(9000, 1, png::ColorType::Grayscale, &[50; 9000])).unwrap();
        assert_eq!(line.size(), (1200, 1));
    }

    #[test]
    fn what_was_photographed_sideways_stands_upright() {
        let mut small = Small::of(2, 1).unwrap();
        small.add(&[1, 1, 1, 2, 2, 2], 3);
        let turned = |orientation| {
            let pixels = small.turned(orientation).unwrap();
            let first = samples(&pixels)[0];
            (pixels.size(), first)
        };
        assert_eq!(turned(1), ((2, 1), 1));
        assert_eq!(turned(3), ((2, 1), 2));
        assert_eq!(turned(6), ((1, 2), 1));
        assert_eq!(turned(8), ((1, 2), 2));
        let entry = |head: &[u8], entry: &[u8]| [head, entry].concat();
        let big = entry(
            b"MM\0\x2A\0\0\0\x08\0\x01",
            b"\x01\x12\0\x03\0\0\0\x01\0\x06\0\0",
        );
        let little = entry(
            b"II\x2A\0\x08\0\0\0\x01\0",
            b"\x12\x01\x03\0\x01\0\0\0\x08\0\0\0",
        );
        assert_eq!((orientation(&big), orientation(&little)), (6, 8));
        for cut in 0..big.len() - 2 {
            assert_eq!(orientation(&big[..cut]), 1, "{cut}");
        }
        assert_eq!(orientation(b"MM\0\x2A\xFF\xFF\xFF\xFF"), 1);
    }

    #[test]
    fn what_says_to_be_too_large_is_not_begun() {
        assert!(Small::of(LONGEST_SIDE + 1, 1).is_none());
        assert!(Small::of(0, 1).is_none());
        assert!(Small::of(8000, 5001).is_none());
        assert!(Small::of(8000, 5000).is_some());
        let mut file = png(1, 1, png::ColorType::Grayscale, &[0]);
        // The width in IHDR, and nothing else of what it would need.
        file[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        assert!(draw(file).is_none());
    }

    #[test]
    fn what_is_broken_or_another_kind_is_nothing() {
        let whole = png(64, 64, png::ColorType::Grayscale, &[9; 4096]);
        assert!(draw(whole[..whole.len() / 2].to_vec()).is_none());
        for file in [
            &b"%PDF-1.7\n"[..],
            b"%PDF-1.7\n1 0 obj <</Type /Catalog /Pages 1 0 R>> endobj trailer <</Root 1 0 R>>",
            b"\xFF\xD8\xFF\xE0\0\x10JFIF",
            b"\x89PNG\r\n\x1A\n",
            b"II*\0\x08\0\0\0",
            b"",
        ] {
            assert!(draw(file.to_vec()).is_none(), "{file:02X?}");
        }
    }
}
