//! Fields of cards: what is read, and that an edit touches nothing else.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking and says why it skips"
)]

use std::path::Path;

use super::*;
use crate::connectors::shared::vcard::CardVersion;
use crate::model::{Fields, Value};

fn card(lines: &str) -> Card {
    Card::parse(&format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}END:VCARD\r\n"))
}

fn text(card: &Card, name: &str) -> String {
    card_fields::read(card, name).unwrap_or_else(|| panic!("{name} is a field")).display()
}

fn set(card: &mut Card, pairs: &[(&str, &str)]) {
    let fields: Fields = pairs.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
    card_fields::write_all(card, &fields).unwrap();
}

/// The lines that are in one text and not in the other.
fn changed_lines(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
    let lines = |text: &str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<_>>();
    let (old, new) = (lines(old), lines(new));
    let same_start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let same_end =
        old[same_start..].iter().rev().zip(new[same_start..].iter().rev()).take_while(|(a, b)| a == b).count();
    (old[same_start..old.len() - same_end].to_vec(), new[same_start..new.len() - same_end].to_vec())
}

#[test]
fn the_phone_of_every_sample_changes_alone() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let places = [root.join("../shared/vcards"), Path::new("/work/shared/vcards").to_owned()];
    let Some(folder) = places.iter().find(|place| place.is_dir()) else {
        eprintln!("skipped: there are no sample vCards in {}", places[0].display());
        return;
    };
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|end| end != "vcf") {
            continue;
        }
        seen += 1;
        let bytes = std::fs::read(&path).unwrap();
        let original = String::from_utf8(bytes)
            .unwrap_or_else(|error| encoding_rs::WINDOWS_1252.decode(error.as_bytes()).0.into_owned());
        let mut card = Card::parse(&original);
        assert_eq!(card.text(), original, "{}", path.display());
        let before = text(&card, "tel");
        set(&mut card, &[("tel", "+32 2 555 01 02")]);
        assert_eq!(text(&card, "tel"), "+32 2 555 01 02", "{}", path.display());
        assert_eq!(text(&Card::parse(&card.text()), "tel"), "+32 2 555 01 02", "{}", path.display());
        let (old, new) = changed_lines(&original, &card.text());
        // What differs is one property: a line of its own name and the folds of that line.
        let one_phone = |lines: &[String]| {
            let Some((first, folds)) = lines.split_first() else { return false };
            let name = first.split([';', ':']).next().unwrap().rsplit('.').next().unwrap();
            name == "TEL" && folds.iter().all(|fold| fold.starts_with(' '))
        };
        let why = || format!("{}: {old:?} became {new:?}", path.display());
        assert!(one_phone(&new), "{}", why());
        assert!(if before.is_empty() { old.is_empty() } else { one_phone(&old) }, "{}", why());
    }
    assert!(seen > 10, "only {seen} samples in {}", folder.display());
}

#[test]
fn names_addresses_and_organisations_are_read_by_part() {
    let card = card(
        "N:van den Berg;Ann;Maria;Dr.;MSc\r\nFN:Dr. Ann\r\nORG:Acme\\, Inc.;Sales\r\nADR;TYPE=WORK:;;1 Main St\\n2nd floor;Ghent;OV;9000;Belgium\r\nADR;TYPE=HOME,PREF:;;Home St;Bruges;;8000;\r\nNICKNAME:Annie,An\r\n",
    );
    for (name, value) in [
        ("family_name", "van den Berg"),
        ("given_name", "Ann"),
        ("middle_name", "Maria"),
        ("prefix", "Dr."),
        ("suffix", "MSc"),
        ("org", "Acme, Inc."),
        ("department", "Sales"),
        ("adr:work.street", "1 Main St\n2nd floor"),
        ("adr:work.city", "Ghent"),
        ("adr:work.country", "Belgium"),
        ("adr.city", "Bruges"),
        ("nickname", "Annie,An"),
        ("title", ""),
    ] {
        assert_eq!(text(&card, name), value, "{name}");
    }
}

#[test]
fn the_preferred_line_or_that_of_the_type_is_read() {
    let card = card(
        "TEL;TYPE=WORK,FAX:1\r\nTEL;TYPE=WORK:2\r\nTEL;TYPE=CELL;TYPE=pref:3\r\nitem1.TEL:4\r\nitem1.X-ABLabel:_$!<Desk>!$_\r\nEMAIL:a@x\r\nEMAIL;TYPE=HOME:b@x\r\n",
    );
    for (name, value) in [
        ("tel", "3"),
        ("tel:work", "2"),
        ("tel:work+fax", "1"),
        ("tel:mobile", "3"),
        ("tel:cell", "3"),
        ("tel:desk", "4"),
        ("tel:home", ""),
        ("tels", "1, 2, 3, 4"),
        ("email", "a@x"),
        ("email:home", "b@x"),
    ] {
        assert_eq!(text(&card, name), value, "{name}");
    }
    let names: Vec<String> = card_fields::typed_fields(&card).into_iter().collect();
    assert_eq!(names, ["email:home", "tel:mobile", "tel:work", "tel:work+fax"]);
}

#[test]
fn a_field_that_is_missing_gets_a_line_and_an_emptied_one_loses_it() {
    let mut card = card("FN:Ann\r\nitem1.TEL;TYPE=CELL:1\r\nitem1.X-ABLabel:Mine\r\n");
    let original = card.text();
    set(&mut card, &[("tel:work", "2"), ("email", "a@x"), ("adr:work.city", "Ghent"), ("adr:work.postcode", "9000")]);
    let new = card.text();
    assert!(new.contains("item1.X-ABLabel:Mine\r\nTEL;TYPE=WORK:2\r\n"), "{new}");
    assert!(new.contains("EMAIL;TYPE=INTERNET:a@x\r\n"), "{new}");
    assert!(new.contains("ADR;TYPE=WORK:;;;Ghent;;9000;\r\n"), "{new}");
    set(&mut card, &[("tel:work", ""), ("email", ""), ("adr:work.city", ""), ("adr:work.postcode", "")]);
    assert_eq!(card.text(), original);
    set(&mut card, &[("tel", "")]);
    assert_eq!(card.text(), "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\nEND:VCARD\r\n");
}

#[test]
fn a_card_that_was_cut_off_is_not_written_to() {
    for text in ["BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ann\r\n", "BEGIN:VCARD\nVERSION:2.1\nN;ENCODING=QUOTED-PRINTABLE:P="]
    {
        let mut card = Card::parse(text);
        let fields = Fields::from_iter([("note".to_owned(), Value::from("x"))]);
        let error = card_fields::write_all(&mut card, &fields).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Rejected);
        assert!(error.message.contains("END:VCARD"), "{error}");
        assert_eq!(card.text(), text);
    }
}

#[test]
fn a_plain_field_and_a_typed_one_do_not_take_each_others_line() {
    let mut card = card("FN:Ann\r\n");
    set(&mut card, &[("tel", "1"), ("tel:work", "2")]);
    let card = Card::parse(&card.text());
    assert_eq!((text(&card, "tel"), text(&card, "tel:work")), ("1".to_owned(), "2".to_owned()), "{}", card.text());
}

#[test]
fn a_full_name_made_of_the_parts_follows_them() {
    for (old, new) in
        [("Ann Berg", "Eva Berg"), ("Berg, Ann", "Berg, Eva"), ("Berg Ann", "Berg Eva"), ("The Boss", "The Boss")]
    {
        let mut card = card(&format!("N:Berg;Ann;;;\r\nFN:{old}\r\n"));
        set(&mut card, &[("given_name", "Eva")]);
        assert_eq!(text(&card, "full_name"), new);
        assert!(card.text().contains("N:Berg;Eva;;;\r\n"));
    }
}

#[test]
fn birthdays_keep_the_way_they_are_written() {
    for (line, shown, set_to, after) in [
        ("BDAY:19850413", "1985-04-13", "1986-05-14", "BDAY:19860514"),
        ("BDAY;VALUE=date:1985-04-13", "1985-04-13", "1986-05-14", "BDAY;VALUE=date:1986-05-14"),
        ("BDAY:1985-04-13T00:00:00Z", "1985-04-13", "1986-05-14", "BDAY:1986-05-14"),
        ("BDAY:--0413", "--04-13", "--05-14", "BDAY:--0514"),
        ("BDAY;X-APPLE-OMIT-YEAR=1604:1604-04-13", "--04-13", "1986-05-14", "BDAY:1986-05-14"),
    ] {
        let mut card = card(&format!("{line}\r\n"));
        assert_eq!(text(&card, "birthday"), shown, "{line}");
        let original = card.text();
        set(&mut card, &[("birthday", shown)]);
        assert_eq!(card.text(), original);
        set(&mut card, &[("birthday", set_to)]);
        assert!(card.text().contains(&format!("{after}\r\n")), "{line}: {}", card.text());
    }
    let mut card = card("");
    let fields = Fields::from([("birthday".to_owned(), Value::from("in May"))]);
    let error = card_fields::write_all(&mut card, &fields).unwrap_err();
    assert_eq!((error.kind, error.field.as_deref()), (ErrorKind::Rejected, Some("birthday")));
}

#[test]
fn lists_change_by_item() {
    let mut card = card("EMAIL;TYPE=WORK:a@x\r\nEMAIL;TYPE=HOME:b@x\r\nCATEGORIES:one,two\\, three\r\n");
    let list = |items: &[&str]| Value::List(items.iter().map(|item| (*item).to_owned()).collect());
    assert_eq!(card_fields::read(&card, "categories"), Some(list(&["one", "two, three"])));
    let fields = Fields::from([
        ("emails".to_owned(), list(&["a@x", "c@x", "d@x"])),
        ("categories".to_owned(), list(&["two, three", "one"])),
    ]);
    card_fields::write_all(&mut card, &fields).unwrap();
    let new = card.text();
    assert!(new.contains("EMAIL;TYPE=WORK:a@x\r\nEMAIL;TYPE=HOME:c@x\r\nEMAIL;TYPE=INTERNET:d@x\r\n"), "{new}");
    assert!(new.contains("CATEGORIES:one,two\\, three\r\n"), "the same set is not written again: {new}");
}

#[test]
fn a_telephone_address_becomes_the_number_that_was_typed() {
    let mut card = Card::parse(
        "BEGIN:VCARD\nVERSION:4.0\nTEL;VALUE=uri;TYPE=\"work,voice\";PREF=1:tel:+1-418-656-9254;ext=102\nEND:VCARD\n",
    );
    assert_eq!(text(&card, "tel:work"), "+1-418-656-9254;ext=102");
    set(&mut card, &[("tel", "+32 2 1")]);
    assert!(card.text().contains("\nTEL;TYPE=\"work,voice\";PREF=1:+32 2 1\n"), "{}", card.text());
}

#[test]
fn a_new_card_has_a_name_whatever_is_known() {
    for (fields, full) in [
        (vec![("given_name", "Ann"), ("family_name", "Berg")], "Ann Berg"),
        (vec![("org", "Acme")], "Acme"),
        (vec![("email", "a@x")], "a@x"),
        (vec![], "(no name)"),
    ] {
        let mut card = Card::new(CardVersion::V30, "u");
        set(&mut card, &fields);
        card_fields::complete(&mut card);
        assert_eq!(text(&card, "full_name"), full);
        assert_eq!(card.named("N").count(), 1);
    }
}

#[test]
fn a_misspelt_field_is_named_with_the_nearest() {
    let error = card_fields::check_names(&["givenname".to_owned()]).unwrap_err();
    assert!(error.to_string().contains("given_name"), "{error}");
    for name in card_fields::PLAIN {
        card_fields::check_names(&[name.to_owned()]).unwrap();
    }
}

#[test]
fn the_moment_of_a_revision_is_read_in_both_forms() {
    for form in ["REV:2012-03-05T13:32:54Z\r\n", "REV:20120305T133254Z\r\n"] {
        assert_eq!(revised(&card(form)), Some(Timestamp(1_330_954_374_000)), "{form}");
    }
    assert_eq!(revised(&card("REV:yesterday\r\n")), None);
}

#[test]
fn books_are_chosen_by_name_segment_or_being_the_only_one() {
    let book = |href: &str, name: &str| Book {
        href: href.to_owned(),
        name: name.to_owned(),
        read_only: false,
        only_v4: false,
    };
    let two = [book("/a/x%20y/", "Customers"), book("/a/b/", "Friends")];
    assert_eq!(choose_book(&two, "customers").unwrap().href, "/a/x%20y/");
    assert_eq!(choose_book(&two, "x y").unwrap().href, "/a/x%20y/");
    assert_eq!(choose_book(&two[1..], "").unwrap().href, "/a/b/");
    assert!(choose_book(&two, "").unwrap_err().to_string().contains("Friends"));
    assert!(choose_book(&two, "none").unwrap_err().to_string().contains("Customers"));
}

/// A server that gives each request this answer, and its address.
fn answering(body: &'static str) -> String {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = Vec::new();
            let mut buffer = [0; 4096];
            // The body that is asked with ends with this tag.
            while !asked.ends_with(b"</propfind>") {
                let read = stream.read(&mut buffer).unwrap();
                assert!(read > 0, "a request came in whole: {}", String::from_utf8_lossy(&asked));
                asked.extend_from_slice(&buffer[..read]);
            }
            let head =
                format!("HTTP/1.1 207 Multi-Status\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all((head + body).as_bytes()).unwrap();
        }
    });
    address
}

#[tokio::test]
async fn a_list_of_etags_that_is_empty_or_cut_short_deletes_nothing() {
    let empty = r#"<multistatus xmlns="DAV:"><response><href>/b/</href><propstat><prop/><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"#;
    let short = r#"<multistatus xmlns="DAV:"><response><href>/b/1.vcf</href><propstat><prop><getetag>"1"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response><response><href>/b/</href><status>HTTP/1.1 507 Insufficient Storage</status></response></multistatus>"#;
    let gone = r#"<multistatus xmlns="DAV:"><response><href>/b/1.vcf</href><propstat><prop><getetag>"1"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>"#;
    let since = Cursor(r#"{"of":"/b/","href":"/b/","etags":{"/b/1.vcf":"\"1\"","/b/2.vcf":"\"2\""}}"#.to_owned());
    for (body, expected) in
        [(empty, Err(ErrorKind::CursorExpired)), (short, Err(ErrorKind::BadAnswer)), (gone, Ok(vec!["/b/2.vcf"]))]
    {
        let options = [("url".to_owned(), answering(body))].into();
        let settings =
            AccountSettings { name: "book".to_owned(), connector: "carddav".to_owned(), options, secret: None };
        let connector = CardDavConnector::new(&settings, None).unwrap();
        let listed = connector.list(&Context::quiet(), "/b/", &["email".to_owned()], Some(&since)).await;
        let gone = listed.as_ref().map(|listing| listing.gone.iter().map(RecordId::as_str).collect::<Vec<_>>());
        assert_eq!(gone.map_err(|error| error.kind), expected);
    }
}
