//! Cards that were read lately, so that an update needs no second reading.

use std::collections::HashMap;

/// The biggest card that is kept: one with a photo is read again instead.
const CARD_LIMIT: usize = 8 * 1024;
/// What all kept cards may weigh together.
const TOTAL_LIMIT: usize = 64 * 1024 * 1024;

/// The kept cards by path.
#[derive(Debug, Default)]
pub(crate) struct Cards {
    cards: HashMap<String, (String, String)>,
    bytes: usize,
}

impl Cards {
    /// Keeps a card with its etag, if it is small and was read without loss.
    pub(crate) fn keep(&mut self, href: &str, etag: &str, text: &str) {
        self.forget(href);
        if text.len() > CARD_LIMIT || text.contains('\u{fffd}') {
            return;
        }
        if self.bytes + text.len() > TOTAL_LIMIT {
            self.cards.clear();
            self.bytes = 0;
        }
        self.bytes += text.len();
        self.cards.insert(href.to_owned(), (etag.to_owned(), text.to_owned()));
    }

    /// The card, if it is kept at just this etag.
    pub(crate) fn at(&self, href: &str, etag: &str) -> Option<String> {
        self.cards.get(href).filter(|(kept, _)| kept == etag).map(|(_, text)| text.clone())
    }

    /// Drops a card.
    pub(crate) fn forget(&mut self, href: &str) {
        if let Some((_, text)) = self.cards.remove(href) {
            self.bytes -= text.len();
        }
    }
}

/// What marks a version that is a digest and no etag.
pub(crate) const DIGEST: &str = "content:";

/// A digest of a card (FNV-1a) for servers without etags. It only has to tell one state from the
/// next, and must stay the same from one release to another.
pub(crate) fn digest(text: &str) -> String {
    let hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{DIGEST}{hash:016x}-{}", text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_etag_finds_a_card() {
        let mut cards = Cards::default();
        cards.keep("/a", "1", "text");
        assert_eq!(cards.at("/a", "1").as_deref(), Some("text"));
        assert_eq!(cards.at("/a", "2"), None);
        cards.keep("/a", "2", &"x".repeat(CARD_LIMIT + 1));
        assert_eq!((cards.at("/a", "1"), cards.at("/a", "2"), cards.bytes), (None, None, 0));
    }

    #[test]
    fn the_digest_stays_what_it_was() {
        assert_eq!(digest("a"), "content:af63dc4c8601ec8c-1");
    }
}
