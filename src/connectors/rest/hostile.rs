//! What has to hold of any bytes that are read as a platform's JSON.

use serde_json::Value as Json;

use super::Manifest;
use super::values::Field;
use crate::model::{FieldInfo, Kind};

/// Reads every field of every list that a description names out of an answer, and puts each back.
pub(crate) fn hostile_json(manifest: &Manifest, bytes: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<Json>(bytes) else { return };
    let items = answer.as_array().map_or_else(|| std::slice::from_ref(&answer), Vec::as_slice);
    for collection in &manifest.spec.collections {
        for spec in &collection.fields {
            let field = Field::new(spec, &collection.record);
            let info: FieldInfo = field.info(Vec::new());
            for item in items {
                let Ok(Some(value)) = field.value(item) else { continue };
                let mut record = item.clone();
                if field.put(&mut record, &value).is_err() || field.read.is_some() || field.write.is_some() {
                    continue;
                }
                // A text that is put back as it was read stays what it is.
                if info.kind == Some(Kind::Text) && info.choices.is_empty() && item.is_object() && !value.is_empty() {
                    let again = field.value(&record).ok().flatten();
                    assert_eq!(again.as_ref(), Some(&value), "{}", info.name);
                }
            }
        }
    }
}
