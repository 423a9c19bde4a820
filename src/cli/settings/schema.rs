//! The JSON schema of a configuration, made from its types. It is for editors, and for the test that keeps it true.

use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::keys::{Keys, LevelWord};
use crate::cli::levels::{ALL, table};
use crate::rules::RULES;

/// Where it stands in the repository.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/authlint.schema.json");

/// A key for each rule, and no other.
pub(super) fn levels(generator: &mut SchemaGenerator) -> Schema {
    let word = generator.subschema_for::<LevelWord>();
    let key = |description: &str| {
        let mut value = word.clone().to_value();
        value["description"] = Value::from(description);
        value
    };
    let all = (ALL.to_owned(), key("those that are not named"));
    let rules = table(RULES).into_iter().map(|(id, _, summary)| (id.to_owned(), key(summary)));
    let properties: Map<String, Value> = std::iter::once(all).chain(rules).collect();
    json_schema!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn schema() -> Value {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<Keys>().to_value()
}

#[test]
fn the_schema_in_the_repository_is_that_of_the_types() {
    let made = serde_json::to_string_pretty(&schema()).expect("it is plain data") + "\n";
    let written = std::fs::read_to_string(FILE).unwrap_or_default();
    if made != written && std::env::var_os("AUTHLINT_BLESS").is_some() {
        return std::fs::write(FILE, made).expect("it can be written");
    }
    assert!(made == written, "AUTHLINT_BLESS=1 writes authlint.schema.json anew");
}

#[test]
fn it_covers_every_rule_and_every_key() {
    let schema = schema();
    let levels = &schema["properties"]["levels"];
    for (id, ..) in table(RULES) {
        assert!(levels["properties"][id].is_object(), "{id}");
    }
    assert_eq!(levels["additionalProperties"], json!(false));
    assert_eq!(schema["additionalProperties"], json!(false));
    let keys: Vec<&String> = schema["properties"].as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["baseline", "catalog", "exclude", "fail-on", "levels", "min-confidence", "per-path"]);
}
