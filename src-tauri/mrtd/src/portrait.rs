//! The photo: DG2 (Doc 9303-10, clause 4.7.2), ISO/IEC 19794-5 in CBEFF, with a picture in JPEG or
//! JPEG 2000. [`decode`] is code that is memory-safe and looks at the size first; the desk runs it in
//! a process that may do nothing else. What comes back are [`Pixels`], of which a PNG is made anew, so
//! that nobody above meets what the chip sent.

mod pixels;

use hayro_jpeg2000::{ColorSpace, DecodeSettings, DecoderContext};
use kabinet_stb::tlv;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace as JpegColours;
use zune_jpeg::zune_core::options::DecoderOptions;

use crate::MrtdError;
pub use pixels::Pixels;

/// Biometric information template, its group, and the data block in its two forms.
const TEMPLATES: u32 = 0x7F61;
const TEMPLATE: u32 = 0x7F60;
const DATA_BLOCKS: [u32; 2] = [0x5F2E, 0x7F2E];
/// `FAC` and a zero octet.
const FACE: [u8; 4] = *b"FAC\0";
/// Octets of the record's head, of a face's information, of a feature point, of a picture's
/// information.
const RECORD_HEAD: usize = 14;
const FACE_INFORMATION: usize = 20;
const FEATURE_POINT: usize = 8;
const PICTURE_INFORMATION: usize = 12;
/// Pixels on a side; a photo of a document has some hundreds.
pub(crate) const LONGEST_SIDE: usize = 4096;

const MALFORMED: MrtdError = MrtdError::Malformed("the photo");

/// The picture's octets as the chip keeps them, JPEG or JPEG 2000, out of DG2.
///
/// # Errors
///
/// [`MrtdError::Malformed`].
pub fn encoded(file: &[u8]) -> Result<&[u8], MrtdError> {
    let inside = tlv::read_only(0x75, file)?;
    let templates = tlv::children(tlv::read_only(TEMPLATES, inside)?)?;
    let template = templates
        .iter()
        .find(|object| object.tag == TEMPLATE)
        .ok_or(MALFORMED)?;
    let objects = tlv::children(template.value)?;
    let block = objects
        .iter()
        .find(|object| DATA_BLOCKS.contains(&object.tag));
    picture(block.ok_or(MALFORMED)?.value).ok_or(MALFORMED)
}

/// The picture of the first face in a facial record.
fn picture(record: &[u8]) -> Option<&[u8]> {
    let face = record
        .strip_prefix(&FACE)?
        .get(RECORD_HEAD - FACE.len()..)?;
    let length = u32::from_be_bytes(*face.first_chunk()?);
    let face = face.get(..usize::try_from(length).ok()?)?;
    let points = u16::from_be_bytes(*face.get(4..)?.first_chunk()?);
    let skipped = FACE_INFORMATION + usize::from(points) * FEATURE_POINT + PICTURE_INFORMATION;
    face.get(skipped..)
}

/// Decodes a picture, JPEG or JPEG 2000.
///
/// # Errors
///
/// [`MrtdError::Malformed`] for what is no picture, or too large to be a photo of a document.
pub fn decode(picture: &[u8]) -> Result<Pixels, MrtdError> {
    let pixels = if picture.starts_with(&[0xFF, 0xD8]) {
        from_jpeg(picture)
    } else {
        from_jpeg2000(picture)
    };
    pixels.ok_or(MALFORMED)
}

pub(crate) fn is_sane(width: usize, height: usize) -> bool {
    (1..=LONGEST_SIDE).contains(&width) && (1..=LONGEST_SIDE).contains(&height)
}

fn from_jpeg(picture: &[u8]) -> Option<Pixels> {
    let options = DecoderOptions::new_safe()
        .set_max_width(LONGEST_SIDE)
        .set_max_height(LONGEST_SIDE)
        .set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(picture), options);
    decoder.decode_headers().ok()?;
    let (width, height) = decoder.dimensions()?;
    let grey = decoder.input_colorspace()? == JpegColours::Luma;
    let wanted = if grey {
        JpegColours::Luma
    } else {
        JpegColours::RGB
    };
    decoder.set_options(options.jpeg_set_out_colorspace(wanted));
    let octets = is_sane(width, height).then(|| decoder.decode().ok())??;
    Pixels::new(width, height, grey, octets)
}

fn from_jpeg2000(picture: &[u8]) -> Option<Pixels> {
    let image = hayro_jpeg2000::Image::new(picture, &DecodeSettings::default()).ok()?;
    let (width, height) = (image.width(), image.height());
    let channels = usize::from(image.color_space().num_channels());
    let grey = match image.color_space() {
        ColorSpace::Gray => true,
        ColorSpace::RGB => false,
        _ => return None,
    };
    let sane = is_sane(width.try_into().ok()?, height.try_into().ok()?) && !image.has_alpha();
    let mut context = DecoderContext::default();
    let decoded = sane.then(|| image.decode(&mut context).ok())??;
    let planes = decoded.components();
    let count = (width as usize) * (height as usize);
    let fit = planes.iter().all(|plane| plane.samples().len() == count);
    if planes.len() != channels || !fit {
        return None;
    }
    let mut octets = Vec::with_capacity(count * channels);
    for pixel in 0..count {
        for plane in planes {
            let most = ((1u32 << plane.bit_depth()) - 1) as f32;
            // A conversion of a float is bounded by what it is made into.
            octets.push((plane.samples().get(pixel)? / most * 255.0).round() as u8);
        }
    }
    Pixels::new(width as usize, height as usize, grey, octets)
}
