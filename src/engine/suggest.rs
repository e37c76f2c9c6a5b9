//! Which field of A is probably which field of B: a first proposal that the operator corrects.

use super::{dates, numbers, phones};
use crate::model::{Direction, FieldInfo, FieldMapping, Kind, PerSide, Side, Transform};

/// What a field is about: its own name for the mapping, the kind of its values, and the words by
/// which platforms call it (English, Dutch, French, German; letters and digits only).
struct Concept {
    name: &'static str,
    kind: Kind,
    words: &'static [&'static str],
}

const FULL_NAME: &str = "name";
const GIVEN: &str = "given name";
const FAMILY: &str = "family name";

/// Matched in this order, so the best match key comes first.
const CONCEPTS: [Concept; 19] = [
    Concept {
        name: "email",
        kind: Kind::Email,
        words: &[
            "email",
            "mail",
            "emailaddress",
            "emailadres",
            "mailadres",
            "courriel",
            "adressemail",
            "emailwork",
            "emailhome",
            "emailadresse",
            "emails",
            "email1",
            "primaryemail",
        ],
    },
    Concept {
        name: GIVEN,
        kind: Kind::Text,
        words: &["firstname", "givenname", "given", "voornaam", "prenom", "vorname", "ngiven", "fname", "first"],
    },
    Concept {
        name: FAMILY,
        kind: Kind::Text,
        words: &[
            "lastname",
            "familyname",
            "family",
            "surname",
            "achternaam",
            "familienaam",
            "nom",
            "nomdefamille",
            "nachname",
            "nfamily",
            "lname",
            "last",
        ],
    },
    Concept {
        name: FULL_NAME,
        kind: Kind::Text,
        words: &[
            "fn",
            "fullname",
            "name",
            "naam",
            "displayname",
            "formattedname",
            "volledigenaam",
            "contactname",
            "nomcomplet",
            "customername",
            "klantnaam",
            "klant",
            "contact",
        ],
    },
    Concept {
        name: "mobile",
        kind: Kind::Phone,
        words: &[
            "mobile",
            "gsm",
            "cell",
            "mobilephone",
            "cellphone",
            "mobiel",
            "portable",
            "handy",
            "telmobile",
            "telcell",
            "mobilenumber",
            "gsmnummer",
            "mobiltelefon",
        ],
    },
    Concept {
        name: "phone",
        kind: Kind::Phone,
        words: &[
            "phone",
            "tel",
            "telephone",
            "telefoon",
            "telefon",
            "telwork",
            "telhome",
            "phonenumber",
            "telefoonnummer",
            "telnr",
            "phone1",
            "workphone",
            "businessphone",
            "numerodetelephone",
            "telefonnummer",
        ],
    },
    Concept {
        name: "company",
        kind: Kind::Text,
        words: &[
            "company",
            "org",
            "organisation",
            "organization",
            "bedrijf",
            "firma",
            "societe",
            "entreprise",
            "companyname",
            "bedrijfsnaam",
            "firm",
            "unternehmen",
            "account",
        ],
    },
    Concept {
        name: "job title",
        kind: Kind::Text,
        words: &["title", "jobtitle", "job", "functie", "fonction", "position", "beruf", "function", "titre", "poste"],
    },
    Concept {
        name: "street",
        kind: Kind::Text,
        words: &[
            "street",
            "adrstreet",
            "address",
            "straat",
            "adres",
            "rue",
            "adresse",
            "strasse",
            "straße",
            "address1",
            "addressline1",
            "streetaddress",
            "adrworkstreet",
            "adrhomestreet",
        ],
    },
    Concept {
        name: "postcode",
        kind: Kind::Text,
        words: &[
            "postcode",
            "zip",
            "postalcode",
            "zipcode",
            "adrcode",
            "adrpostcode",
            "adrzip",
            "adrpostalcode",
            "codepostal",
            "plz",
            "postleitzahl",
            "cp",
        ],
    },
    Concept {
        name: "city",
        kind: Kind::Text,
        words: &[
            "city",
            "adrcity",
            "adrlocality",
            "locality",
            "town",
            "stad",
            "gemeente",
            "plaats",
            "woonplaats",
            "ville",
            "stadt",
            "ort",
            "localite",
        ],
    },
    Concept {
        name: "region",
        kind: Kind::Text,
        words: &["region", "state", "province", "adrregion", "provincie", "bundesland", "county"],
    },
    Concept {
        name: "country",
        kind: Kind::Text,
        words: &["country", "adrcountry", "land", "pays", "countrycode", "landcode"],
    },
    Concept {
        name: "birthday",
        kind: Kind::Date,
        words: &[
            "birthday",
            "bday",
            "birthdate",
            "dateofbirth",
            "dob",
            "geboortedatum",
            "verjaardag",
            "datedenaissance",
            "anniversaire",
            "geburtstag",
            "geburtsdatum",
        ],
    },
    Concept {
        name: "website",
        kind: Kind::Text,
        words: &["website", "url", "web", "site", "homepage", "webseite", "siteweb", "webpage", "www"],
    },
    Concept {
        name: "tags",
        kind: Kind::List,
        words: &[
            "tags",
            "categories",
            "labels",
            "category",
            "label",
            "groups",
            "categorie",
            "categorieen",
            "groepen",
            "etiquettes",
            "kategorien",
            "tag",
        ],
    },
    Concept {
        name: "notes",
        kind: Kind::Text,
        words: &[
            "note",
            "notes",
            "comment",
            "comments",
            "remarks",
            "opmerking",
            "opmerkingen",
            "notitie",
            "notities",
            "remarque",
            "remarques",
            "notiz",
            "notizen",
            "bemerkung",
            "description",
            "memo",
        ],
    },
    Concept { name: "nickname", kind: Kind::Text, words: &["nickname", "roepnaam", "surnom", "spitzname", "alias"] },
    Concept {
        name: "VAT number",
        kind: Kind::Text,
        words: &["vat", "vatnumber", "btw", "btwnummer", "btwnr", "tva", "numerotva", "ustid", "ustidnr", "taxid"],
    },
];

/// Proposes field mappings between two collections: each with the reason in an operator's words,
/// and whether it would serve as a match key (the best one first).
///
/// Fields pair by what their names say in four languages, then by equal names. Each field is used
/// once, and the same fields give the same proposal in whatever order they come.
#[must_use]
pub fn suggest(a: &[FieldInfo], b: &[FieldInfo], region: Option<&str>) -> Vec<(FieldMapping, String, bool)> {
    let mut free = PerSide::new(sorted(a), sorted(b));
    let mut found: Vec<(FieldMapping, String, bool)> = Vec::new();
    let full_name = full_name(&mut free);
    for concept in &CONCEPTS {
        if concept.name == FULL_NAME
            && let Some(mapping) = &full_name
        {
            let why = "one side has the full name in one field, the other in a given and a family name";
            found.push((mapping.clone(), why.to_owned(), false));
            continue;
        }
        let (Some(of_a), Some(of_b)) = (best(&free.a, concept), best(&free.b, concept)) else { continue };
        let mut mapping = simple(concept.name, of_a, of_b, concept.kind, region);
        // A name can mislead: a column `address` may hold email addresses.
        if mapping.kind == Kind::Text {
            mapping.kind = kind_of(of_a, of_b);
        }
        let why = format!("“{}” and “{}” both name the {}", of_a.label, of_b.label, concept.name);
        take(&mut free, of_a, of_b);
        found.push((mapping, why, concept.kind == Kind::Email));
    }
    for of_a in free.a.clone() {
        let key = bare(&of_a.name);
        let twin = |field: &&&FieldInfo| !key.is_empty() && (bare(&field.name) == key || bare(&field.label) == key);
        let Some(of_b) = free.b.iter().find(twin).copied() else { continue };
        let name = unused(&found, &of_a.label);
        let why = format!("“{}” has the same name on both sides", of_a.label);
        found.push((simple(&name, of_a, of_b, kind_of(of_a, of_b), region), why, false));
        take(&mut free, of_a, of_b);
    }
    found
}

/// The fields by name, so that their order does not matter.
fn sorted(fields: &[FieldInfo]) -> Vec<&FieldInfo> {
    let mut sorted: Vec<&FieldInfo> = fields.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    sorted.dedup_by(|a, b| a.name == b.name);
    sorted
}

/// Takes a full name on one side and a given and family name on the other, where that is all there is.
fn full_name(free: &mut PerSide<Vec<&FieldInfo>>) -> Option<FieldMapping> {
    let has = |side: Side, name: &str| {
        let concept = CONCEPTS.iter().find(|concept| concept.name == name)?;
        best(free.get(side), concept)
    };
    let both_parts = |side| Some((has(side, GIVEN)?, has(side, FAMILY)?));
    let side = Side::BOTH.into_iter().find(|side| {
        both_parts(*side).is_none() && has(*side, FULL_NAME).is_some() && both_parts(side.opposite()).is_some()
    })?;
    let full = has(side, FULL_NAME)?;
    let (given, family) = both_parts(side.opposite())?;
    let direction = direction(PerSide::oriented(side, full.read_only, given.read_only || family.read_only));
    let other = free.get_mut(side.opposite());
    // The other side's own full name follows from its parts; mapping both would write it twice.
    let own_full = CONCEPTS.iter().find(|concept| concept.name == FULL_NAME).and_then(|concept| best(other, concept));
    other.retain(|field| field.name != given.name && field.name != family.name);
    if let Some(own) = own_full {
        other.retain(|field| field.name != own.name);
    }
    free.get_mut(side).retain(|field| field.name != full.name);
    let parts = vec![given.name.clone(), family.name.clone()];
    let fields = PerSide::oriented(side, vec![full.name.clone()], parts);
    let base = FieldMapping::simple(FULL_NAME, "", "", Kind::Text);
    Some(FieldMapping { fields, transform: Transform::SplitName, direction, ..base })
}

/// The free field that fits a concept best: by the place of its word, then by its name.
fn best<'a>(free: &[&'a FieldInfo], concept: &Concept) -> Option<&'a FieldInfo> {
    let rank = |field: &FieldInfo| {
        let at = |text: &str| concept.words.iter().position(|word| *word == bare(text));
        at(&field.name).or_else(|| at(&field.label))
    };
    free.iter().filter_map(|field| Some((rank(field)?, *field))).min_by_key(|(rank, _)| *rank).map(|(_, field)| field)
}

fn simple(name: &str, a: &FieldInfo, b: &FieldInfo, kind: Kind, region: Option<&str>) -> FieldMapping {
    let base = FieldMapping::simple(name, &a.name, &b.name, kind);
    let region = region.filter(|_| kind == Kind::Phone).map(str::to_owned);
    FieldMapping { direction: direction(PerSide::new(a.read_only, b.read_only)), region, ..base }
}

/// Both ways, unless one of the fields cannot be written.
fn direction(read_only: PerSide<bool>) -> Direction {
    match (read_only.a, read_only.b) {
        (true, false) => Direction::AToB,
        (false, true) => Direction::BToA,
        (false, false) | (true, true) => Direction::Both,
    }
}

fn take(free: &mut PerSide<Vec<&FieldInfo>>, a: &FieldInfo, b: &FieldInfo) {
    free.a.retain(|field| field.name != a.name);
    free.b.retain(|field| field.name != b.name);
}

/// A name for a mapping that no other has.
fn unused(found: &[(FieldMapping, String, bool)], wanted: &str) -> String {
    let taken = |name: &str| found.iter().any(|(mapping, _, _)| mapping.name == name);
    let numbered = (2..).map(|number| format!("{wanted} {number}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// Letters and digits, lower-case, without accents on the letters that French and German use.
fn bare(text: &str) -> String {
    let plain = |c: char| match c {
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'à' | 'â' | 'ä' => 'a',
        'î' | 'ï' => 'i',
        'ô' | 'ö' => 'o',
        'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        other => other,
    };
    text.to_lowercase().chars().map(plain).filter(|c| c.is_alphanumeric()).collect()
}

/// The kind that the platforms tell, else the one that all samples of both sides look like.
fn kind_of(a: &FieldInfo, b: &FieldInfo) -> Kind {
    if let Some(kind) = a.kind.or(b.kind) {
        return kind;
    }
    let samples: Vec<&str> =
        a.samples.iter().chain(&b.samples).map(|sample| sample.trim()).filter(|sample| !sample.is_empty()).collect();
    let all = |test: fn(&str) -> bool| !samples.is_empty() && samples.iter().all(|sample| test(sample));
    if all(|s| {
        s.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.contains('.') && !s.contains([' ', ',']))
    }) {
        Kind::Email
    } else if all(|s| {
        matches!(s.to_lowercase().as_str(), "yes" | "no" | "true" | "false" | "ja" | "nee" | "oui" | "non" | "nein")
    }) {
        Kind::Boolean
    } else if all(|s| s.contains(['-', '/', '.']) && dates::day(s).is_some()) {
        Kind::Date
    } else if all(|s| s.contains(':') && dates::moment(s).is_some()) {
        Kind::DateTime
    } else if all(|s| s.starts_with('+') && phones::e164(s, None).is_some()) {
        Kind::Phone
    } else if all(|s| {
        numbers::plain(s).is_some()
            && (s == "0" || !s.starts_with(['0', '+']) || s.starts_with("0.") || s.starts_with("0,"))
    }) {
        // A leading zero means something in a code, so a code is no number.
        Kind::Number
    } else {
        Kind::Text
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::indexing_slicing,
        reason = "a test that meets something unexpected is to fail at once"
    )]

    use super::*;

    fn field(name: &str, samples: &[&str]) -> FieldInfo {
        let samples = samples.iter().map(|sample| (*sample).to_owned()).collect();
        FieldInfo { name: name.to_owned(), label: name.to_owned(), samples, ..FieldInfo::default() }
    }

    fn fields(names: &[&str]) -> Vec<FieldInfo> {
        names.iter().map(|name| field(name, &[])).collect()
    }

    /// The proposal as `a=b kind` lines.
    fn check(a: &[FieldInfo], b: &[FieldInfo], expected: &[&str]) {
        let found = suggest(a, b, Some("BE"));
        let lines: Vec<String> = found
            .iter()
            .map(|(m, _, _)| format!("{}={} {:?}", m.fields.a.join("+"), m.fields.b.join("+"), m.kind))
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_dutch_customer_list_and_an_address_book() {
        let a = fields(&[
            "Klantnr",
            "Voornaam",
            "Familienaam",
            "E-mail",
            "GSM",
            "Telefoon",
            "Bedrijf",
            "Straat",
            "Postcode",
            "Gemeente",
            "Land",
            "Opmerkingen",
            "Labels",
        ]);
        let b = fields(&[
            "fn",
            "n.given",
            "n.family",
            "email",
            "tel:mobile",
            "tel",
            "org",
            "adr.street",
            "adr.code",
            "adr.city",
            "adr.country",
            "note",
            "categories",
            "bday",
        ]);
        check(
            &a,
            &b,
            &[
                "E-mail=email Email",
                "Voornaam=n.given Text",
                "Familienaam=n.family Text",
                "GSM=tel:mobile Phone",
                "Telefoon=tel Phone",
                "Bedrijf=org Text",
                "Straat=adr.street Text",
                "Postcode=adr.code Text",
                "Gemeente=adr.city Text",
                "Land=adr.country Text",
                "Labels=categories List",
                "Opmerkingen=note Text",
            ],
        );
        let found = suggest(&a, &b, Some("BE"));
        let keys: Vec<&str> = found.iter().filter(|(_, _, key)| *key).map(|(m, _, _)| m.name.as_str()).collect();
        assert_eq!(keys, ["email"]);
        assert_eq!(found[3].0.region.as_deref(), Some("BE"));
        assert_eq!(found[0].0.region, None);
    }

    #[test]
    fn a_full_name_against_its_parts() {
        let a = fields(&["Nom complet", "Courriel"]);
        let b = fields(&["fn", "given_name", "family_name", "email"]);
        check(&a, &b, &["Courriel=email Email", "Nom complet=given_name+family_name Text"]);
        check(&b, &a, &["email=Courriel Email", "given_name+family_name=Nom complet Text"]);
        let (mapping, _, _) = &suggest(&a, &b, None)[1];
        assert_eq!(mapping.transform, Transform::SplitName);
    }

    #[test]
    fn equal_names_take_the_kind_of_their_samples() {
        let a = [
            field("Saldo", &["1,50", "12"]),
            field("Since", &["13/04/1985"]),
            field("Active", &["yes"]),
            field("Code", &["007"]),
            field("Only A", &[]),
        ];
        let b = [field("saldo", &["3"]), field("since", &[]), field("ACTIVE", &["no"]), field("code", &["12"])];
        check(&a, &b, &["Active=ACTIVE Boolean", "Code=code Text", "Saldo=saldo Number", "Since=since Date"]);
    }

    #[test]
    fn the_order_of_the_fields_does_not_matter_and_each_is_used_once() {
        let a = fields(&["mail", "email", "phone", "tel", "name", "x"]);
        let b = fields(&["e-mail", "telephone", "mobile", "x", "naam"]);
        let turned = |fields: &[FieldInfo]| fields.iter().rev().cloned().collect::<Vec<_>>();
        let found = suggest(&a, &b, None);
        assert_eq!(found, suggest(&turned(&a), &turned(&b), None));
        let mut used: Vec<&String> = found.iter().flat_map(|(m, _, _)| &m.fields.a).collect();
        let count = used.len();
        used.sort();
        used.dedup();
        assert_eq!((used.len(), count), (4, 4));
    }

    #[test]
    fn what_cannot_be_written_is_only_read() {
        let a = [FieldInfo { read_only: true, ..field("email", &[]) }];
        assert_eq!(suggest(&a, &fields(&["mail"]), None)[0].0.direction, Direction::AToB);
        assert_eq!(suggest(&fields(&["mail"]), &a, None)[0].0.direction, Direction::BToA);
    }
}
