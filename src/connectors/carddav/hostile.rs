//! What has to hold of any bytes that are read as a WebDAV answer.

use super::dav;

/// Reads an answer, and looks for a precondition in it.
pub(crate) fn hostile_answer(bytes: &[u8]) {
    let _ = dav::names_condition(bytes, "valid-sync-token");
    let Ok(answer) = dav::parse(bytes) else { return };
    // Entities are never expanded, so an answer cannot hold more than was sent.
    let told = answer.entries.iter().map(|entry| entry.href.len() + entry.data.as_ref().map_or(0, String::len));
    let (told, sent) = (told.sum::<usize>(), bytes.len());
    assert!(told <= sent.saturating_mul(3).saturating_mul(answer.entries.len().max(1)), "{told} of {sent}");
}
