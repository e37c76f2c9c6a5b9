//! What several platforms have in common: files that are replaced whole, rows and their identity, cards
//! and their fields.

pub(in crate::connectors) mod card_fields;
pub(in crate::connectors) mod cards;
pub(in crate::connectors) mod digest;
pub(in crate::connectors) mod file;
pub(in crate::connectors) mod guess;
pub(in crate::connectors) mod rows;
pub(in crate::connectors) mod vcard;
pub(super) mod work;
