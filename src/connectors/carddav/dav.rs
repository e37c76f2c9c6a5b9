//! `WebDAV` bodies: what is asked (RFC 4918, 6352, 6578) and the multistatus that is answered.

use std::fmt::Write as _;

use roxmltree::{Document, Node, ParsingOptions};

use crate::connectors::{ConnectorError, ErrorKind};
use crate::texts::tr;

const DAV: &str = "DAV:";
const CARD: &str = "urn:ietf:params:xml:ns:carddav";

/// Asked of a principal or collection: who, where, what and how.
pub(crate) const ABOUT: &str = concat!(
    r#"<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><prop>"#,
    "<resourcetype/><displayname/><current-user-principal/><current-user-privilege-set/>",
    "<C:addressbook-home-set/><C:supported-address-data/></prop></propfind>"
);

/// Asked of a collection that has no sync-collection: which cards there are.
pub(crate) const ETAGS: &str = concat!(
    r#"<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop>"#,
    "<resourcetype/><getetag/><getlastmodified/></prop></propfind>"
);

/// Asked of a collection: the token of the state that it is in (RFC 6578, section 4).
pub(crate) const TOKEN: &str =
    r#"<?xml version="1.0" encoding="utf-8"?><propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>"#;

/// What has changed since the token (RFC 6578, section 3.2); the empty token asks for everything.
pub(crate) fn sync_collection(token: &str, data: bool) -> String {
    let data = if data { "<C:address-data/>" } else { "" };
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><sync-collection xmlns="DAV:" xmlns:C="{CARD}"><sync-token>{}</sync-token><sync-level>1</sync-level><prop><getetag/><getlastmodified/>{data}</prop></sync-collection>"#,
        escape(token)
    )
}

/// These cards (RFC 6352, section 8.7).
pub(crate) fn multiget<'a>(hrefs: impl IntoIterator<Item = &'a str>) -> String {
    let mut body = format!(
        r#"<?xml version="1.0" encoding="utf-8"?><C:addressbook-multiget xmlns="DAV:" xmlns:C="{CARD}"><prop><getetag/><getlastmodified/><C:address-data/></prop>"#
    );
    for href in hrefs {
        // Writing into a String cannot fail.
        let _ = write!(body, "<href>{}</href>", escape(href));
    }
    body + "</C:addressbook-multiget>"
}

/// The cards that hold this text in this property (RFC 6352, section 8.6).
pub(crate) fn query(property: &str, text: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="utf-8"?><C:addressbook-query xmlns="DAV:" xmlns:C="{CARD}"><prop><getetag/><getlastmodified/><C:address-data/></prop><C:filter test="anyof"><C:prop-filter name="{property}"><C:text-match collation="i;unicode-casemap" match-type="contains">{}</C:text-match></C:prop-filter></C:filter></C:addressbook-query>"#,
        escape(text)
    )
}

/// One `response` of a multistatus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What it is about, as the server wrote it.
    pub(crate) href: String,
    /// The status of the whole entry, where it has one.
    pub(crate) status: Option<u16>,
    /// The etag with its quotes.
    pub(crate) etag: Option<String>,
    /// The token of the state that a collection is in.
    pub(crate) token: Option<String>,
    /// When it was last changed, as the server wrote it.
    pub(crate) modified: Option<String>,
    /// The card.
    pub(crate) data: Option<String>,
    /// The name that the operator knows.
    pub(crate) name: Option<String>,
    /// Whether it is an address book.
    pub(crate) addressbook: bool,
    /// Whether it is a collection of any kind.
    pub(crate) collection: bool,
    /// Who is signed in.
    pub(crate) principal: Option<String>,
    /// Where that one's address books are.
    pub(crate) homes: Vec<String>,
    /// Whether it may be written to; none where the server does not say.
    pub(crate) writable: Option<bool>,
    /// The vCard versions that it takes; empty where the server does not say.
    pub(crate) versions: Vec<String>,
}

/// A whole answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Multistatus {
    /// Its entries.
    pub(crate) entries: Vec<Entry>,
    /// The token of this state.
    pub(crate) token: Option<String>,
}

/// Reads an answer. A document type is refused: it can name entities that grow without end.
pub(crate) fn parse(body: &[u8]) -> Result<Multistatus, ConnectorError> {
    let text = prepare(body);
    let bad = |error| ConnectorError::caused(ErrorKind::BadAnswer, tr!("server-not-xml"), error);
    let options = ParsingOptions { allow_dtd: false, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&text, options).map_err(bad)?;
    let root = document.root_element();
    if !root.has_tag_name((DAV, "multistatus")) {
        return Err(ConnectorError::new(
            ErrorKind::BadAnswer,
            tr!("server-no-multistatus", tag = format_args!("{}", root.tag_name().name())),
        ));
    }
    let mut answer = Multistatus::default();
    for node in root.children() {
        if node.has_tag_name((DAV, "response")) {
            answer.entries.extend(entries(node));
        } else if node.has_tag_name((DAV, "sync-token")) {
            answer.token = Some(text_of(node).trim().to_owned());
        }
    }
    // A card that is not UTF-8 is read by itself. Anywhere else, in an address or a version, such bytes
    // mean that the answer came to harm, and a card whose address is wrong would look deleted.
    if std::str::from_utf8(body).is_err() {
        let marks = |text: &str| text.matches(char::REPLACEMENT_CHARACTER).count();
        let in_cards: usize = answer.entries.iter().filter_map(|entry| entry.data.as_deref()).map(marks).sum();
        if in_cards != marks(&text) {
            return Err(ConnectorError::new(ErrorKind::BadAnswer, tr!("server-answer-harmed")));
        }
    }
    Ok(answer)
}

/// Whether an error's body names this precondition (RFC 4918, section 16).
pub(crate) fn names_condition(body: &[u8], condition: &str) -> bool {
    let text = String::from_utf8_lossy(body);
    Document::parse(&text).is_ok_and(|document| document.descendants().any(|node| node.tag_name().name() == condition))
}

fn entries(response: Node<'_, '_>) -> Vec<Entry> {
    let mut base = Entry::default();
    let mut hrefs = Vec::new();
    for node in response.children() {
        if node.has_tag_name((DAV, "href")) {
            hrefs.push(text_of(node).trim().to_owned());
        } else if node.has_tag_name((DAV, "status")) {
            base.status = status_of(&text_of(node));
        } else if node.has_tag_name((DAV, "propstat")) {
            let status = node
                .children()
                .find(|child| child.has_tag_name((DAV, "status")))
                .and_then(|child| status_of(&text_of(child)));
            if status.is_none_or(|status| (200..300).contains(&status))
                && let Some(prop) = node.children().find(|child| child.has_tag_name((DAV, "prop")))
            {
                read_prop(&mut base, prop);
            }
        }
    }
    // One status may be told of several addresses at once.
    hrefs.into_iter().map(|href| Entry { href, ..base.clone() }).collect()
}

fn read_prop(entry: &mut Entry, prop: Node<'_, '_>) {
    let hrefs = |node: Node<'_, '_>| -> Vec<String> {
        node.children()
            .filter(|child| child.has_tag_name((DAV, "href")))
            .map(|child| text_of(child).trim().to_owned())
            .collect()
    };
    for node in prop.children().filter(Node::is_element) {
        let name = node.tag_name();
        match (name.namespace().unwrap_or_default(), name.name()) {
            (DAV, "getetag") => entry.etag = Some(text_of(node).trim().to_owned()).filter(|etag| !etag.is_empty()),
            (DAV, "sync-token") => {
                entry.token = Some(text_of(node).trim().to_owned()).filter(|token| !token.is_empty());
            }
            (DAV, "getlastmodified") => entry.modified = Some(text_of(node).trim().to_owned()),
            (DAV, "displayname") => entry.name = Some(text_of(node).trim().to_owned()).filter(|name| !name.is_empty()),
            (DAV, "resourcetype") => {
                entry.collection = node.children().any(|child| child.has_tag_name((DAV, "collection")));
                entry.addressbook = node.children().any(|child| child.has_tag_name((CARD, "addressbook")));
            }
            (DAV, "current-user-principal") => entry.principal = hrefs(node).into_iter().next(),
            (DAV, "current-user-privilege-set") => {
                let may = node.descendants().any(|child| {
                    ["all", "write", "write-content", "bind"].iter().any(|name| child.has_tag_name((DAV, *name)))
                });
                entry.writable = Some(may);
            }
            (CARD, "addressbook-home-set") => entry.homes = hrefs(node),
            (CARD, "supported-address-data") => {
                // Without a type or version those of section 10.4 are meant. A card as JSON or XML is another
                // matter: what it may hold says nothing of the text form.
                let text = |child: &Node<'_, '_>| {
                    let kind = child.attribute("content-type").unwrap_or("text/vcard");
                    let kind = kind.split(';').next().unwrap_or_default().trim();
                    ["text/vcard", "text/x-vcard", "text/directory"]
                        .iter()
                        .any(|known| kind.eq_ignore_ascii_case(known))
                };
                let types = node.children().filter(|child| child.has_tag_name((CARD, "address-data-type")));
                entry.versions = types
                    .filter(text)
                    .map(|child| child.attribute("version").unwrap_or("3.0").trim().to_owned())
                    .collect();
            }
            (CARD, "address-data") => entry.data = Some(text_of(node)).filter(|data| !data.trim().is_empty()),
            _ => {}
        }
    }
}

fn text_of(node: Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|child| child.text()).collect()
}

/// `HTTP/1.1 404 Not Found` -> 404.
fn status_of(text: &str) -> Option<u16> {
    text.split_whitespace().nth(1)?.parse().ok()
}

/// The body as text in which carriage returns are kept and characters that XML cannot hold are
/// marked.
///
/// An XML reader makes `\n` of every `\r\n`, but cards have to come out with the line ends that they
/// went in with; and some servers put the control characters of a card into their XML as they are.
fn prepare(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    let mut in_tag = false;
    let mut in_cdata = false;
    let mut in_root = false;
    for (at, char) in text.char_indices() {
        match char {
            '<' if !in_cdata && text[at..].starts_with("<![CDATA[") => in_cdata = true,
            '<' if !in_cdata => {
                in_tag = true;
                in_root = in_root || text[at..].chars().nth(1).is_some_and(char::is_alphabetic);
            }
            '>' if in_cdata && text[..at].ends_with("]]") => in_cdata = false,
            '>' if !in_cdata => in_tag = false,
            '\r' if in_cdata => {
                out.push_str("]]>&#13;<![CDATA[");
                continue;
            }
            // White space around the root element must stay what it is.
            '\r' if !in_tag && in_root => {
                out.push_str("&#13;");
                continue;
            }
            '\t' | '\n' | '\r' => {}
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {
                out.push('\u{fffd}');
                continue;
            }
            _ => {}
        }
        out.push(char);
    }
    // After the root element a reference is an error.
    let kept = out.trim_end_matches("&#13;").trim_end().len();
    let mut end = kept;
    while let Some(shorter) = out[..end].strip_suffix("&#13;") {
        end = shorter.trim_end().len();
    }
    out.truncate(end);
    out
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn carriage_returns_survive_in_text_and_cdata() {
        for data in
            ["BEGIN:VCARD\r\nFN:a &amp; b\r\nEND:VCARD\r\n", "<![CDATA[BEGIN:VCARD\r\nFN:a & b\r\nEND:VCARD\r\n]]>"]
        {
            let body = format!(
                "<?xml version=\"1.0\"?>\r\n<d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"{CARD}\">\r\n<d:response\r\n><d:href>/a/%20b.vcf</d:href><d:propstat><d:prop><d:getetag>\"1\"</d:getetag><c:address-data>{data}</c:address-data></d:prop><d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response><d:sync-token>t</d:sync-token></d:multistatus>\r\n\r\n"
            );
            let answer = parse(body.as_bytes()).unwrap();
            assert_eq!(answer.token.as_deref(), Some("t"));
            assert_eq!(answer.entries[0].etag.as_deref(), Some("\"1\""));
            assert_eq!(answer.entries[0].data.as_deref(), Some("BEGIN:VCARD\r\nFN:a & b\r\nEND:VCARD\r\n"));
        }
    }

    #[test]
    fn a_control_character_is_marked_rather_than_fatal() {
        let body = format!(
            "<d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"{CARD}\"><d:response><d:href>/a</d:href><d:propstat><d:prop><c:address-data>a\u{b}b</c:address-data></d:prop></d:propstat></d:response></d:multistatus>"
        );
        assert_eq!(parse(body.as_bytes()).unwrap().entries[0].data.as_deref(), Some("a\u{fffd}b"));
    }

    #[test]
    fn bytes_that_came_to_harm_outside_a_card_refuse_the_answer() {
        let answer = |href: &[u8], etag: &[u8], card: &[u8]| {
            let mut body =
                format!("<d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"{CARD}\"><d:response><d:href>").into_bytes();
            body.extend_from_slice(href);
            body.extend_from_slice(b"</d:href><d:propstat><d:prop><d:getetag>");
            body.extend_from_slice(etag);
            body.extend_from_slice(b"</d:getetag><c:address-data>");
            body.extend_from_slice(card);
            body.extend_from_slice(b"</c:address-data></d:prop></d:propstat></d:response></d:multistatus>");
            parse(&body)
        };
        let marked = answer(b"/a", b"1", b"FN:\xff").unwrap();
        assert_eq!(marked.entries[0].data.as_deref(), Some("FN:\u{fffd}"), "the card is then read by itself");
        for harmed in [answer(b"/\xff", b"1", b"FN:a"), answer(b"/a", b"\xff", b"FN:\xff")] {
            assert_eq!(harmed.unwrap_err().kind, ErrorKind::BadAnswer);
        }
    }

    #[test]
    fn a_document_type_is_refused() {
        let body = "<!DOCTYPE m [<!ENTITY a \"aaaa\">]><multistatus xmlns=\"DAV:\">&a;</multistatus>";
        assert_eq!(parse(body.as_bytes()).unwrap_err().kind, ErrorKind::BadAnswer);
    }

    #[test]
    fn a_property_that_is_not_found_is_not_read() {
        let body = "<multistatus xmlns=\"DAV:\"><response><href>/x</href><propstat><prop><getetag>\"9\"</getetag></prop><status>HTTP/1.1 404 Not Found</status></propstat></response><response><href>/y</href><status>HTTP/1.1 404 Not Found</status></response></multistatus>";
        let answer = parse(body.as_bytes()).unwrap();
        assert_eq!(answer.entries[0].etag, None);
        assert_eq!(answer.entries[1].status, Some(404));
    }

    #[test]
    fn only_the_text_form_says_which_versions_a_book_takes() {
        let versions = |types: &str| {
            let body = format!(
                "<multistatus xmlns=\"DAV:\" xmlns:C=\"{CARD}\"><response><href>/x/</href><propstat><prop><C:supported-address-data>{types}</C:supported-address-data></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"
            );
            parse(body.as_bytes()).unwrap().entries[0].versions.clone()
        };
        // As sabre/dav tells it, with a card as JSON beside.
        assert_eq!(
            versions(
                "<C:address-data-type content-type=\"text/vcard\" version=\"3.0\"/><C:address-data-type content-type=\"application/vcard+json\" version=\"4.0\"/>"
            ),
            ["3.0"]
        );
        assert_eq!(
            versions("<C:address-data-type content-type=\"text/vcard; charset=utf-8\" version=\"4.0\"/>"),
            ["4.0"]
        );
        assert_eq!(versions("<C:address-data-type/>"), ["3.0"]);
        assert!(versions("<C:address-data-type content-type=\"application/vcard+json\" version=\"4.0\"/>").is_empty());
    }

    #[test]
    fn conditions_are_found() {
        assert!(names_condition(b"<error xmlns=\"DAV:\"><valid-sync-token/></error>", "valid-sync-token"));
        assert!(!names_condition(b"no xml", "valid-sync-token"));
    }
}
