//! A decoded picture: one octet a sample, and what it is written as between two processes.

use std::io::Write;

use super::is_sane;

/// A picture of grey or of red, green and blue samples.
#[derive(Clone, PartialEq, Eq)]
pub struct Pixels {
    width: usize,
    height: usize,
    grey: bool,
    octets: Vec<u8>,
}

impl Pixels {
    /// `None` when the octets are not as many as the sides say, or the sides are not those of a photo
    /// of a document (1 to 4096 pixels).
    #[must_use]
    pub fn new(width: usize, height: usize, grey: bool, octets: Vec<u8>) -> Option<Self> {
        let samples = if grey { 1 } else { 3 };
        let fits = is_sane(width, height) && octets.len() == width * height * samples;
        fits.then_some(Self {
            width,
            height,
            grey,
            octets,
        })
    }

    /// Width and height.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    /// Writes the picture as binary Netpbm: `P5` or `P6`, both sides, 255, then the samples.
    ///
    /// # Errors
    ///
    /// Of the stream.
    pub fn write_netpbm(&self, to: &mut impl Write) -> std::io::Result<()> {
        let kind = if self.grey { "P5" } else { "P6" };
        writeln!(to, "{kind} {} {} 255", self.width, self.height)?;
        to.write_all(&self.octets)
    }

    /// Reads what [`Pixels::write_netpbm`] wrote and nothing else of the format; `None` for anything
    /// that is not exactly that.
    #[must_use]
    pub fn from_netpbm(octets: &[u8]) -> Option<Self> {
        let end = octets
            .iter()
            .take(LONGEST_HEAD)
            .position(|octet| *octet == b'\n')?;
        let (head, samples) = octets.split_at_checked(end + 1)?;
        let mut words = std::str::from_utf8(head)
            .ok()?
            .trim_end_matches('\n')
            .split(' ');
        let grey = match words.next()? {
            "P5" => true,
            "P6" => false,
            _ => return None,
        };
        let (width, height) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let rest: Vec<&str> = words.collect();
        let pixels = Self::new(width, height, grey, samples.to_vec())?;
        (rest == ["255"]).then_some(pixels)
    }

    /// The picture as PNG, without anything beside the pixels. `None` in practice never.
    #[must_use]
    pub fn to_png(&self) -> Option<Vec<u8>> {
        let mut octets = Vec::new();
        let (width, height) = (self.width.try_into().ok()?, self.height.try_into().ok()?);
        let mut encoder = png::Encoder::new(&mut octets, width, height);
        encoder.set_color(if self.grey {
            png::ColorType::Grayscale
        } else {
            png::ColorType::Rgb
        });
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().ok()?;
        writer.write_image_data(&self.octets).ok()?;
        writer.finish().ok()?;
        Some(octets)
    }
}

/// `P6 4096 4096 255` and the end of the line.
const LONGEST_HEAD: usize = 17;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(pixels: &Pixels) -> Vec<u8> {
        let mut octets = Vec::new();
        pixels.write_netpbm(&mut octets).unwrap();
        octets
    }

    #[test]
    fn what_is_written_is_read_the_same() {
        let colours = Pixels::new(2, 1, false, vec![1, 2, 3, b'\n', 5, 6]).unwrap();
        assert_eq!(written(&colours), b"P6 2 1 255\n\x01\x02\x03\n\x05\x06");
        assert!(Pixels::from_netpbm(&written(&colours)) == Some(colours));
        let grey = Pixels::new(1, 3, true, vec![7, 8, 9]).unwrap();
        assert!(Pixels::from_netpbm(&written(&grey)) == Some(grey.clone()));
        assert!(grey.to_png().unwrap().starts_with(b"\x89PNG"));
        let largest = Pixels::new(4096, 4096, true, vec![0; 4096 * 4096]).unwrap();
        assert!(Pixels::from_netpbm(&written(&largest)) == Some(largest));
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in [
            &b""[..],
            b"P5 1 1 255\n",
            b"P5 1 1 255\n\x00\x00",
            b"P6 1 1 255\n\x00",
            b"P4 1 1 255\n\x00",
            b"P5 0 1 255\n",
            b"P5 1 1 65535\n\x00",
            b"P5 1 1 255 255\n\x00",
            b"P5  1 1 255\n\x00",
            b"P5 99999999999999999999 1 255\n\x00",
            b"P5 4097 1 255\n\x00",
            b"P5 -1 1 255\n\x00",
            b"# a comment\nP5 1 1 255\n\x00",
        ] {
            assert!(Pixels::from_netpbm(wrong).is_none(), "{wrong:02X?}");
        }
        assert!(Pixels::new(1, 1, true, vec![]).is_none());
    }
}
