//! A store as a seed. What is as usual is left out, so that people can read it.

use serde_json::{Map, Value as Json, json};

use super::yaml;
use crate::access::CLIENT_ID;
use crate::durations;
use crate::error::Error;
use crate::fields::Dialect::V2;
use crate::fields::validate::Operation;
use crate::fields::{Field, Kind, Value};
use crate::model::customer_groups::{DiscountRule, Group};
use crate::model::engine::Store;
use crate::model::export::{self, Cells, Customer, Exported};
use crate::model::form_fields::{Answer, FormField, Owner, Said};
use crate::model::hooks::Hook;
use crate::model::metafields::Metafield;
use crate::tenants::{Settings, settings};

/// A store as what stands under its hash in a seed. What was made of it once more exports as the same.
///
/// # Errors
/// Only the database's.
pub async fn of_store(store: &Store, settings: &Settings) -> Result<Json, Error> {
    let exported = export::export(store).await?;
    let mut seed = behaviour(settings);
    let Exported {
        privacy,
        channels,
        groups,
        form_fields,
        attributes,
        customers,
        metafields,
        hooks,
        hooks_admin,
    } = exported;
    let mut put = |key: &str, value: Json| {
        let is_blank = match &value {
            Json::Object(object) => object.is_empty(),
            Json::Array(list) => list.is_empty(),
            _ => false,
        };
        if !is_blank {
            seed.insert(key.to_owned(), value);
        }
    };
    let decided = object(&privacy, &[]);
    put(
        "customer_settings",
        if decided.is_empty() { json!({}) } else { json!({"privacy_settings": decided}) },
    );
    put("channels", channels.iter().map(|(cells, own)| channel(cells, own)).collect());
    put("groups", groups.iter().map(group).collect());
    put("form_fields", form_fields.iter().map(form_field).collect());
    put("attributes", attributes.iter().map(|cells| Json::from(object(cells, &[]))).collect());
    // Where new customers come into a group, those that are in none must say so.
    let is_in_none = groups.iter().any(|group| group.is_default)
        || channels.iter().any(|(_, own)| !own.customer_groups.is_empty());
    put("customers", customers.iter().map(|one| customer(one, &form_fields, is_in_none)).collect());
    put("metafields", metafields.iter().map(|metafield| of_metafield(metafield, true)).collect());
    put("hooks", hooks.iter().map(hook).collect());
    put("hooks_admin", hooks_admin.iter().map(|(client_id, emails)| hook_admin(client_id, emails)).collect());
    Ok(Json::Object(seed))
}

/// A seed file of one store, as YAML.
#[must_use]
pub fn file(hash: &str, store: &Json) -> String {
    yaml::write(&json!({"stores": {hash: store}}))
}

/// Who may come in, how the store behaves, and what it says of itself.
fn behaviour(of: &Settings) -> Map<String, Json> {
    let mut seed = Map::new();
    let Json::Object(kept) = settings::kept_json(of) else { return seed };
    let mut switches = Map::new();
    for (key, value) in kept {
        match key.as_str() {
            "auth" | "tokens" | "basic" | "store" => seed.insert(key, value),
            _ => switches.insert(key, value),
        };
    }
    if !switches.is_empty() {
        seed.insert("settings".to_owned(), switches.into());
    }
    seed
}

/// What a field has when a seed says nothing of it, where that is not blank, 0 or false.
const USUAL: [(&str, &str); 5] = [
    ("address_type", "residential"),
    ("type", "storefront"),
    ("platform", "bigcommerce"),
    ("status", "active"),
    ("owner_client_id", CLIENT_ID),
];

/// Cells by name, but for those that are as usual, and these.
fn object(cells: &Cells, without: &[&str]) -> Map<String, Json> {
    let mut object = Map::new();
    for (field, value) in cells {
        let name = field.name;
        let is_usual = match value {
            Value::Text(text) => {
                text.is_empty() || USUAL.iter().any(|(usual, word)| *usual == name && word == text)
            }
            Value::Int(number) => match name {
                "is_listable_from_ui" | "is_visible" | "origin_channel_id" => *number == 1,
                "id" => false,
                _ => *number == 0 && field.kind != Kind::Date,
            },
            _ => true,
        };
        if !is_usual && !without.contains(&name) {
            object.insert(name.to_owned(), cell(field.kind, value));
        }
    }
    object
}

fn cell(kind: Kind, value: &Value) -> Json {
    match (kind, value) {
        (Kind::Bool, Value::Int(number)) => (*number != 0).into(),
        (Kind::Money, Value::Int(amount)) => money(*amount),
        (Kind::Date, Value::Int(seconds)) => date(*seconds),
        (_, Value::Int(number)) => (*number).into(),
        (_, Value::Text(text)) => text.as_str().into(),
        _ => Json::Null,
    }
}

fn money(amount: i64) -> Json {
    format!("{}.{:04}", amount / 10_000, amount % 10_000).into()
}

fn date(seconds: i64) -> Json {
    durations::second_text(seconds).into()
}

fn channel(cells: &Cells, own: &export::ChannelCells) -> Json {
    let mut channel = object(cells, &[]);
    let mut settings = Map::new();
    // Blank and 0 are decisions here.
    let all = |cells: &Cells| {
        cells
            .iter()
            .map(|(field, value)| (field.name.to_owned(), cell(field.kind, value)))
            .collect::<Map<_, _>>()
    };
    for (key, cells) in
        [("privacy_settings", &own.privacy), ("customer_group_settings", &own.customer_groups)]
    {
        if !cells.is_empty() {
            settings.insert(key.to_owned(), all(cells).into());
        }
    }
    if let Some(allowed) = own.allow_global_logins {
        settings.insert("allow_global_logins".to_owned(), allowed.into());
    }
    if !settings.is_empty() {
        channel.insert("settings".to_owned(), settings.into());
    }
    channel.into()
}

fn group(group: &Group) -> Json {
    let mut shown = Map::new();
    let mut put = |key: &str, value: Json| shown.insert(key.to_owned(), value);
    put("id", group.id.into());
    put("name", group.name.as_str().into());
    for (key, mark) in [("is_default", group.is_default), ("is_group_for_guests", group.is_group_for_guests)]
    {
        if mark {
            put(key, true.into());
        }
    }
    if group.category_access.kind != "all" {
        put("category_access", json!(group.category_access));
    }
    if !group.discount_rules.is_empty() {
        put("discount_rules", group.discount_rules.iter().map(discount_rule).collect());
    }
    put("date_created", date(group.date_created));
    put("date_modified", date(group.date_modified));
    shown.into()
}

fn discount_rule(rule: &DiscountRule) -> Json {
    let mut shown = json!(rule);
    if let DiscountRule::Category { amount, .. }
    | DiscountRule::Product { amount, .. }
    | DiscountRule::All { amount, .. } = rule
    {
        shown["amount"] = money(*amount);
    }
    shown
}

fn form_field((owner, field): &(Owner, FormField)) -> Json {
    let mut shown = json!({"name": field.name, "of": owner.name(), "type": field.kind.name()});
    if !field.options.is_empty() {
        shown["options"] = json!(field.options);
    }
    shown
}

fn answers(said: &[(usize, String)], form_fields: &[(Owner, FormField)]) -> Json {
    let answer = |(place, value): &(usize, String)| {
        let (_, field) = &form_fields[*place];
        let answer = Answer { name: field.name.clone(), kind: field.kind, value: value.clone() };
        let value = match answer.said() {
            Said::Chosen(chosen) => json!(chosen),
            Said::Text(_) | Said::Number(_) => json!(value),
        };
        json!({"name": field.name, "value": value})
    };
    said.iter().map(answer).collect()
}

/// What is blank and must not be in a seed, and what lets it be so.
fn legacy(cells: &Cells) -> Map<String, Json> {
    let blank = Value::Text(String::new());
    let is_needed = |field: &Field| field.side(V2).is_needed(Operation::Create, false);
    let blanks = cells.iter().filter(|(field, value)| *value == blank && is_needed(field));
    let mut legacy: Map<String, Json> = blanks.map(|(field, _)| (field.name.to_owned(), "".into())).collect();
    if !legacy.is_empty() {
        legacy.insert("legacy".to_owned(), true.into());
    }
    legacy
}

fn customer(customer: &Customer, form_fields: &[(Owner, FormField)], is_in_none: bool) -> Json {
    let mut shown = legacy(&customer.cells);
    shown.extend(object(&customer.cells, &[]));
    if is_in_none && !shown.contains_key("customer_group_id") {
        shown.insert("customer_group_id".to_owned(), 0.into());
    }
    let mut put = |key: &str, value: Json| shown.insert(key.to_owned(), value);
    if let Some(ids) = &customer.channel_ids {
        put("channel_ids", json!(ids));
    }
    if let Some(hash) = &customer.password_hash {
        put("password_hash", hash.as_str().into());
    }
    if !customer.answers.is_empty() {
        put("form_fields", answers(&customer.answers, form_fields));
    }
    if !customer.attributes.is_empty() {
        let value = |value: &export::AttributeValue| {
            json!({
                "id": value.id, "name": value.name, "value": value.value,
                "date_created": date(value.date_created), "date_modified": date(value.date_modified),
            })
        };
        put("attributes", customer.attributes.iter().map(value).collect());
    }
    if let Some(consent) = &customer.consent {
        put("consent", json!({"allow": consent.allow, "deny": consent.deny}));
    }
    if !customer.addresses.is_empty() {
        let address = |(cells, said): &(Cells, Vec<(usize, String)>)| {
            // Those follow from what it stands in, and from the country.
            let mut shown = legacy(cells);
            shown.extend(object(cells, &["customer_id", "country_iso2"]));
            if !said.is_empty() {
                shown.insert("form_fields".to_owned(), answers(said, form_fields));
            }
            Json::from(shown)
        };
        put("addresses", customer.addresses.iter().map(address).collect());
    }
    if !customer.stored_instruments.is_empty() {
        put("stored_instruments", customer.stored_instruments.iter().map(instrument).collect());
    }
    if !customer.metafields.is_empty() {
        put("metafields", customer.metafields.iter().map(|one| of_metafield(one, false)).collect());
    }
    shown.into()
}

/// Without what is blank, as it may not be given so.
fn instrument(instrument: &crate::model::stored_instruments::StoredInstrument) -> Json {
    let mut shown = json!(instrument);
    if let Some(address) = shown.get_mut("billing_address").and_then(Json::as_object_mut) {
        address.retain(|_, value| *value != "");
    }
    shown
}

fn of_metafield(metafield: &Metafield, says_whose: bool) -> Json {
    let mut shown = json!({"id": metafield.id});
    if says_whose {
        shown["resource_id"] = metafield.resource_id.into();
    }
    for (key, text) in [
        ("namespace", &metafield.namespace),
        ("key", &metafield.key),
        ("value", &metafield.value),
        ("permission_set", &metafield.permission_set),
    ] {
        shown[key] = text.as_str().into();
    }
    if !metafield.description.is_empty() {
        shown["description"] = metafield.description.as_str().into();
    }
    if metafield.owner_client_id != CLIENT_ID {
        shown["owner_client_id"] = metafield.owner_client_id.as_str().into();
    }
    shown["date_created"] = date(metafield.date_created);
    shown["date_modified"] = date(metafield.date_modified);
    shown
}

fn hook(hook: &Hook) -> Json {
    let mut shown = json!({"id": hook.id});
    put_client(&mut shown, &hook.client_id);
    shown["scope"] = hook.scope.as_str().into();
    shown["destination"] = hook.destination.as_str().into();
    if let Some(headers) = &hook.headers {
        shown["headers"] = headers.clone().into();
    }
    if !hook.is_active {
        shown["is_active"] = false.into();
    }
    shown["created_at"] = date(hook.created_at);
    shown["updated_at"] = date(hook.updated_at);
    shown
}

fn hook_admin(client_id: &str, emails: &[String]) -> Json {
    let mut shown = json!({});
    put_client(&mut shown, client_id);
    shown["emails"] = json!(emails);
    shown
}

fn put_client(shown: &mut Json, client_id: &str) {
    if client_id != CLIENT_ID {
        shown["client_id"] = client_id.into();
    }
}
