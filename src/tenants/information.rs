//! What a store says of itself: who runs it, where, in which currency and units.

use serde_json::{Map, Value as Json, json};

/// The longest text that can be given, in characters.
const LONGEST: usize = 2048;

/// What can not be given: two follow from the hash, and of what is in the list the documents say nothing.
const FIXED: [&str; 3] = ["id", "store_id", "active_comparison_modules"];

/// What was given of it; the rest is made up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Information(Map<String, Json>);

/// Something that was given and can not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The keys that lead to it.
    pub path: Vec<String>,
    /// What is wrong, and what would be right.
    pub why: String,
}

impl Information {
    /// Reads what is given.
    ///
    /// # Errors
    /// What is wrong first, and where.
    pub fn read(given: Json) -> Result<Information, Wrong> {
        let mut known = made_up("");
        let Json::Object(object) = &mut known else { return Ok(Information::default()) };
        object.retain(|key, _| !FIXED.contains(&key.as_str()));
        fits(&given, &known).map_err(|mut wrong| {
            wrong.path.reverse();
            wrong
        })?;
        match given {
            Json::Object(given) => Ok(Information(given)),
            _ => Ok(Information::default()),
        }
    }

    /// What was given, as it was.
    #[must_use]
    pub fn given(&self) -> &Map<String, Json> {
        &self.0
    }

    /// All that the store of this hash says of itself.
    #[must_use]
    pub fn of(&self, hash: &str) -> Json {
        let mut all = made_up(hash);
        for (key, value) in &self.0 {
            put(&mut all[key], value);
        }
        // Observed: a store without a logo has a list of none.
        if all["logo"]["url"] == "" {
            all["logo"] = json!([]);
        }
        all
    }
}

/// The number of a store, as it and webhooks tell it. Observed: ten digits, unlike the hash and always the same;
/// assumed: how they follow from it.
#[must_use]
pub fn store_id(hash: &str) -> i64 {
    1_000_000_000 + i64::try_from(stable(hash) % 1_000_000_000).unwrap_or_default()
}

/// A number that follows from a text (FNV-1a), today and in later versions.
fn stable(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Puts a value into one that has all keys of its own.
fn put(place: &mut Json, value: &Json) {
    match (place, value) {
        (Json::Object(place), Json::Object(value)) => {
            for (key, value) in value {
                put(place.entry(key.clone()).or_insert(Json::Null), value);
            }
        }
        (place, value) => *place = value.clone(),
    }
}

/// Whether a value is of the kind of another one. The path of what is not is told from its end.
fn fits(value: &Json, kind: &Json) -> Result<(), Wrong> {
    let wrong = |why: String| Err(Wrong { path: Vec::new(), why });
    match (kind, value) {
        (Json::Object(known), Json::Object(given)) => given.iter().try_for_each(|(key, value)| {
            let unknown = || {
                let known: Vec<&str> = known.keys().map(String::as_str).collect();
                wrong(format!("no such key; known here: {}", known.join(", ")))
            };
            let inside = known.get(key).map_or_else(unknown, |kind| fits(value, kind));
            inside.map_err(|mut wrong| {
                wrong.path.push(key.clone());
                wrong
            })
        }),
        (Json::Object(_), _) => wrong("expected a mapping of names to values".to_owned()),
        (Json::Number(_), value) if value.as_i64().is_none() => wrong("expected a whole number".to_owned()),
        (Json::Bool(_), value) if !value.is_boolean() => wrong("expected true or false".to_owned()),
        (Json::String(_), Json::String(text)) if text.chars().count() > LONGEST => {
            wrong(format!("must be up to {LONGEST} characters long"))
        }
        (Json::String(_), value) if !value.is_string() => {
            wrong("expected text; put it in quotes if it looks like a number".to_owned())
        }
        _ => Ok(()),
    }
}

/// What a store says of itself when nothing was given. Its keys and their order are documented, the values are ours.
fn made_up(hash: &str) -> Json {
    let domain = format!("store-{hash}.mybigcommerce.com");
    let (one, two) = (stable(hash), stable(&domain));
    let timezone = json!({
        "name": "UTC",
        "raw_offset": 0,
        "dst_offset": 0,
        "dst_correction": false,
        "date_format": {"display": "M jS Y", "export": "M jS Y", "extended_display": "M jS Y @ g:i A"},
    });
    let features = json!({
        "stencil_enabled": true,
        "sitewidehttps_enabled": true,
        "facebook_catalog_id": "",
        "checkout_type": "optimized",
        "wishlists_enabled": true,
        "graphql_storefront_api_enabled": true,
        "shopper_consent_tracking_enabled": false,
        "multi_storefront_enabled": true,
        "multi_language_enabled": false,
        "storefront_limits": {"active": 3, "total_including_inactive": 5},
    });
    let mut all = json!({
        "id": hash,
        "account_uuid": format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            one >> 32, one >> 16 & 0xffff, one & 0xfff, two >> 48 & 0xfff, two & 0xffff_ffff_ffff,
        ),
        "domain": domain,
        "secure_url": format!("https://{domain}"),
        "control_panel_base_url": format!("https://{domain}"),
        "status": "prelaunch",
        "name": hash,
        "first_name": "Store",
        "last_name": "Owner",
        "address": "",
        "country": "United States",
        "country_code": "US",
        "infrastructure_region": "us-central1",
        "phone": "",
        "admin_email": "owner@example.com",
        "order_email": "orders@example.com",
        "favicon_url": "",
        "timezone": timezone,
        "language": "en",
        "currency": "USD",
        "currency_symbol": "$",
        "decimal_separator": ".",
        "thousands_separator": ",",
        "decimal_places": 2,
        "currency_symbol_location": "left",
        "weight_units": "LBS",
        "dimension_units": "Inches",
        // Observed: text, unlike the other number of places.
        "dimension_decimal_places": "2",
        "dimension_decimal_token": ".",
        "dimension_thousands_token": ",",
    });
    // In two parts: the macro takes no more at once.
    put(
        &mut all,
        &json!({
            "plan_name": "Partner Sandbox",
            "plan_level": "Partner Sandbox",
            "plan_is_trial": false,
            "industry": "",
            "logo": {"url": ""},
            "is_price_entered_with_tax": false,
            "store_id": store_id(hash),
            "default_site_id": 1000,
            "default_channel_id": 1,
            "active_comparison_modules": [],
            "features": features,
        }),
    );
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_store_never_changes() {
        assert_eq!(
            [store_id("demo"), store_id("shop"), store_id("")],
            [1_258_804_118, 1_504_492_041, 1_346_656_037]
        );
    }

    #[test]
    fn what_was_given_stands_over_what_is_made_up() {
        let given = json!({"name": "Shop", "timezone": {"name": "Europe/Berlin"}, "logo": {"url": "/l.png"}});
        let information = Information::read(given).unwrap();
        let (all, usual) = (information.of("shop"), Information::default().of("shop"));
        assert_eq!(all["name"], "Shop");
        assert_eq!(
            (&all["timezone"]["name"], &all["timezone"]["raw_offset"]),
            (&json!("Europe/Berlin"), &json!(0))
        );
        assert_eq!((&all["logo"], &usual["logo"]), (&json!({"url": "/l.png"}), &json!([])));
        let keys = |json: &Json| json.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&all), keys(&usual), "in the same order");
    }

    #[test]
    fn what_can_not_be_given_is_told_with_its_place() {
        for (given, path, why) in [
            (json!([]), "", "expected a mapping"),
            (json!({"colour": 1}), "colour", "no such key; known here: account_uuid"),
            (json!({"id": "x"}), "id", "no such key"),
            (json!({"store_id": 1}), "store_id", "no such key"),
            (json!({"name": 5}), "name", "expected text"),
            (json!({"name": "n".repeat(2049)}), "name", "2048"),
            (json!({"timezone": {"raw_offset": "0"}}), "timezone/raw_offset", "expected a whole number"),
            (json!({"timezone": {"date_format": "x"}}), "timezone/date_format", "expected a mapping"),
            (json!({"features": {"stencil_enabled": "yes"}}), "features/stencil_enabled", "true or false"),
            (json!({"active_comparison_modules": []}), "active_comparison_modules", "no such key"),
        ] {
            let wrong = Information::read(given.clone()).unwrap_err();
            assert_eq!(wrong.path.join("/"), path, "{given}");
            assert!(wrong.why.contains(why), "{given}: {}", wrong.why);
        }
    }
}
