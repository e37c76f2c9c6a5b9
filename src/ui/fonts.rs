//! The typefaces: Inter for Latin, Greek and Cyrillic, Phosphor for icons, and whatever this computer
//! has for the other scripts and for emoji in the names of contacts.
//!
//! The bundled files are made by `assets/fonts/make.sh`.

use std::sync::{Arc, OnceLock};

use eframe::egui::{self, FallbackRequest, FontData, FontDefinitions, FontFamily, FontId, FontInsert, FontProvider};
use fontdb::{Database, FaceInfo, Style, Weight};

use super::icons;

/// The family of titles and of what is picked out.
const STRONG: &str = "strong";

const REGULAR: &[u8] = include_bytes!("../../assets/fonts/Inter-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../../assets/fonts/Inter-SemiBold.ttf");
const ICONS: &[u8] = include_bytes!("../../assets/fonts/Phosphor.ttf");
const ICONS_BOLD: &[u8] = include_bytes!("../../assets/fonts/Phosphor-Bold.ttf");

/// The font of titles and of what is picked out, in this size.
pub(crate) fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// Gives the window its typefaces.
pub(crate) fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::empty();
    for (name, file) in [("regular", REGULAR), (STRONG, SEMI_BOLD), (icons::THIN, ICONS), (icons::HEAVY, ICONS_BOLD)] {
        fonts.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(file)));
    }
    for (family, files) in [
        (FontFamily::Proportional, &["regular"][..]),
        (FontFamily::Monospace, &["regular"]),
        (FontFamily::Name(STRONG.into()), &[STRONG, "regular"]),
        (FontFamily::Name(icons::THIN.into()), &[icons::THIN]),
        (FontFamily::Name(icons::HEAVY.into()), &[icons::HEAVY]),
    ] {
        fonts.families.insert(family, files.iter().map(|name| (*name).to_owned()).collect());
    }
    ctx.set_fonts(fonts);
    ctx.add_font_provider(Arc::new(SystemFonts::default()));
}

/// Finds a font of this computer for a letter that the bundled ones do not have. The fonts are listed
/// when the first such letter is drawn, so that nobody waits for them who has none.
#[derive(Default)]
struct SystemFonts {
    listed: OnceLock<Database>,
}

impl FontProvider for SystemFonts {
    fn font_for(&self, request: &FallbackRequest<'_>) -> Option<FontInsert> {
        let letter = request.cluster.chars().next()?;
        let fonts = self.listed.get_or_init(|| {
            let mut fonts = Database::new();
            fonts.load_system_fonts();
            fonts
        });
        let mut faces: Vec<&FaceInfo> = fonts.faces().collect();
        faces.sort_by_key(|face| rank(face, letter));
        let found = faces
            .into_iter()
            .find(|face| fonts.with_face_data(face.id, |data, index| draws(data, index, letter)).unwrap_or(false))?;
        let file = fonts.with_face_data(found.id, |data, _| data.to_vec())?;
        let mut data = FontData::from_owned(file);
        data.index = found.index;
        // Text of one script is drawn in one face wherever it stands, so the name has to be its own.
        let name = format!("system: {} {}", found.post_script_name, found.index);
        Some(FontInsert::new(&name, data, Vec::new()))
    }
}

/// Families that are known to be good for a script, best first.
fn families(letter: char) -> &'static [&'static str] {
    match u32::from(letter) {
        0x0590..=0x05FF | 0xFB1D..=0xFB4F => &["Noto Sans Hebrew", "Segoe UI", "Arial Hebrew", "Arial", "DejaVu Sans"],
        0x0600..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFE => {
            &["Noto Sans Arabic", "Noto Naskh Arabic", "Segoe UI", "Geeza Pro", "Vazirmatn", "DejaVu Sans"]
        }
        0x0E00..=0x0E7F => &["Noto Sans Thai", "Leelawadee UI", "Thonburi", "Garuda"],
        0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7FF => {
            &["Noto Sans CJK KR", "Noto Sans KR", "Malgun Gothic", "Apple SD Gothic Neo", "NanumGothic"]
        }
        0x3040..=0x30FF | 0x31F0..=0x31FF => {
            &["Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic UI", "Hiragino Sans", "IPAGothic", "Droid Sans Fallback"]
        }
        0x2E80..=0x303F | 0x3100..=0x312F | 0x3200..=0x9FFF | 0xF900..=0xFAFF | 0xFF00..=0xFFEF | 0x20000..=0x3FFFF => {
            &[
                "Noto Sans CJK SC",
                "Noto Sans SC",
                "Microsoft YaHei UI",
                "PingFang SC",
                "WenQuanYi Micro Hei",
                "Droid Sans Fallback",
            ]
        }
        0x2600..=0x27BF | 0x1F000..=0x1FAFF => {
            &["Noto Color Emoji", "Apple Color Emoji", "Segoe UI Emoji", "Noto Emoji", "Symbola", "DejaVu Sans"]
        }
        _ => &["Noto Sans", "Segoe UI", "DejaVu Sans"],
    }
}

/// The lower, the better the face suits a letter: a family that is known to be good, then upright
/// letters without serifs, of a usual weight.
fn rank(face: &FaceInfo, letter: char) -> (usize, bool, u16, String) {
    let name = face.families.first().map_or("", |(name, _)| name.as_str());
    let known = families(letter).iter().position(|family| *family == name).unwrap_or(usize::MAX);
    let odd = face.style != Style::Normal || face.monospaced || name.contains("Serif");
    (known, odd, face.weight.0.abs_diff(Weight::NORMAL.0), face.post_script_name.clone())
}

/// Whether a face has a shape for a letter that can be drawn.
fn draws(file: &[u8], index: u32, letter: char) -> bool {
    // Pictures of letters need a decoder that is not built in; outlines are what is drawn.
    let outlines =
        table(file, index, *b"glyf").or_else(|| table(file, index, *b"CFF ")).or_else(|| table(file, index, *b"CFF2"));
    let pictures = table(file, index, *b"sbix").or_else(|| table(file, index, *b"CBDT"));
    outlines.is_some() && pictures.is_none() && glyph(file, index, letter).is_some_and(|glyph| glyph != 0)
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    data.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_be_bytes)
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    data.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_be_bytes)
}

fn offset_at(data: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32_at(data, at)?).ok()
}

/// A table of a face (OpenType 1.9, "Organization of an OpenType font").
fn table(file: &[u8], index: u32, tag: [u8; 4]) -> Option<&[u8]> {
    let start = if file.get(..4)? == b"ttcf" { offset_at(file, 12 + 4 * usize::try_from(index).ok()?)? } else { 0 };
    let tables = usize::from(u16_at(file, start + 4)?);
    let entry = (0..tables).map(|number| start + 12 + 16 * number).find(|at| file.get(*at..*at + 4) == Some(&tag))?;
    let offset = offset_at(file, entry + 8)?;
    file.get(offset..offset.checked_add(offset_at(file, entry + 12)?)?)
}

/// The number of a letter's shape (OpenType 1.9, table `cmap`, formats 4 and 12, which every font of
/// the last twenty years has).
fn glyph(file: &[u8], index: u32, letter: char) -> Option<u32> {
    let cmap = table(file, index, *b"cmap")?;
    let letter = u32::from(letter);
    (0..usize::from(u16_at(cmap, 2)?)).find_map(|number| {
        let part = cmap.get(offset_at(cmap, 4 + 8 * number + 4)?..)?;
        match u16_at(part, 0)? {
            4 => in_segments(part, u16::try_from(letter).ok()?),
            12 => in_groups(part, letter),
            _ => None,
        }
        .filter(|glyph| *glyph != 0)
    })
}

/// Format 4: segments of the first plane.
fn in_segments(part: &[u8], letter: u16) -> Option<u32> {
    let twice = usize::from(u16_at(part, 6)?);
    let at = (0..twice / 2).find(|at| u16_at(part, 14 + 2 * at).is_some_and(|end| letter <= end))?;
    let start = u16_at(part, 16 + twice + 2 * at)?;
    if letter < start {
        return None;
    }
    let delta = u16_at(part, 16 + 2 * twice + 2 * at)?;
    let place = 16 + 3 * twice + 2 * at;
    match u16_at(part, place)? {
        0 => Some(u32::from(letter.wrapping_add(delta))),
        range => {
            let glyph = u16_at(part, place + usize::from(range) + 2 * usize::from(letter - start))?;
            Some(if glyph == 0 { 0 } else { u32::from(glyph.wrapping_add(delta)) })
        }
    }
}

/// Format 12: groups of all planes.
fn in_groups(part: &[u8], letter: u32) -> Option<u32> {
    (0..offset_at(part, 12)?).map(|number| 16 + 12 * number).find_map(|at| {
        let (first, last) = (u32_at(part, at)?, u32_at(part, at + 4)?);
        let further = letter.checked_sub(first).filter(|_| letter <= last)?;
        u32_at(part, at + 8)?.checked_add(further)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

    use super::super::icons::Icon;
    use super::*;

    #[test]
    fn the_bundled_letters_are_latin_greek_and_cyrillic() {
        for (name, file) in [("regular", REGULAR), ("semi-bold", SEMI_BOLD)] {
            let missing: Vec<char> = "AzéñßŁłŽőșğıṩĐđỹαΩάἄЖяҐїљ€₴→←↔·…–—•“”’«»✓×≠"
                .chars()
                .filter(|letter| !draws(file, 0, *letter))
                .collect();
            assert!(missing.is_empty(), "{name}: {missing:?}");
            assert!(!draws(file, 0, '字') && !draws(file, 0, 'א'), "these come from the computer");
        }
    }

    #[test]
    fn every_icon_is_in_the_bundled_fonts() {
        for icon in Icon::ALL {
            assert!(draws(ICONS, 0, icon.sign()), "{icon:?}: run assets/fonts/make.sh");
            assert!(draws(ICONS_BOLD, 0, icon.sign()), "{icon:?}: run assets/fonts/make.sh");
        }
    }

    #[test]
    fn a_broken_font_is_no_trouble() {
        for length in 0..REGULAR.len().min(4000) {
            let _drawn = draws(REGULAR.get(..length).unwrap(), 0, 'a');
        }
        let mut turned = REGULAR.to_vec();
        for at in (0..turned.len()).step_by(3) {
            if let Some(byte) = turned.get_mut(at) {
                *byte = 0xFF;
            }
        }
        let _drawn = draws(&turned, 7, 'a');
    }

    #[test]
    fn letters_of_every_plane_are_found_in_groups() {
        let numbers: [u32; 10] = [0x000C_0000, 40, 0, 2, 0x61, 0x63, 5, 0x1F600, 0x1F601, 9];
        let table: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
        let found = ['a', 'c', '\u{1F601}', ' ', 'd', '\u{1F602}'].map(|letter| in_groups(&table, u32::from(letter)));
        assert_eq!(found, [Some(5), Some(7), Some(10), None, None, None]);
    }

    #[test]
    fn every_script_has_families_of_each_system() {
        for letter in ['ש', 'ع', 'ก', '한', 'か', '字', '😀'] {
            assert!(families(letter).len() >= 4, "{letter}");
        }
    }
}
