//! What is told of cards wherever they are: the fields of a list of them, and when one was changed.

use super::card_fields;
use super::vcard::Card;
use crate::model::{FieldInfo, Timestamp};

/// How many values are shown of a field.
const SAMPLES: usize = 3;

/// A field with values from these cards.
pub(in crate::connectors) fn field_info(name: String, cards: &[Card]) -> FieldInfo {
    let mut samples: Vec<String> = Vec::new();
    for value in cards.iter().filter_map(|card| card_fields::read(card, &name)) {
        let shown = value.display();
        if !value.is_empty() && !samples.contains(&shown) {
            samples.push(shown);
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    FieldInfo {
        label: card_fields::label(&name),
        kind: Some(card_fields::kind(&name)),
        read_only: false,
        samples,
        name,
        ..FieldInfo::default()
    }
}

/// The moment of `REV` (RFC 6350, section 6.7.4), in either of its forms.
pub(in crate::connectors) fn revised(card: &Card) -> Option<Timestamp> {
    let text = card.first_text("REV")?;
    let text = text.trim();
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return Some(Timestamp(moment.as_millisecond()));
    }
    let plain = text.trim_end_matches('Z');
    let moment = plain
        .parse::<jiff::civil::DateTime>()
        .or_else(|_| plain.parse::<jiff::civil::Date>().map(|day| day.to_datetime(jiff::civil::Time::midnight())))
        .ok()?;
    Some(Timestamp(jiff::tz::TimeZone::UTC.to_timestamp(moment).ok()?.as_millisecond()))
}
