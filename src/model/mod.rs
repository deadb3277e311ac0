//! The rows of a store, one file a resource: its fields, its SQL, its rules. Nothing here knows a wire format.

pub mod addresses;
pub mod attribute_values;
pub mod attributes;
pub mod channel_settings;
pub mod channels;
pub mod consents;
pub mod countries;
pub mod credentials;
pub mod customer_groups;
pub mod customers;
pub mod engine;
pub mod events;
pub mod export;
pub mod form_field_values;
pub mod form_fields;
pub mod generate;
pub mod hooks;
mod lists;
pub mod load;
pub mod metafields;
pub mod page;
mod rows;
mod scan;
pub mod settings;
pub mod stored_instruments;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::clock::Clock;
    use crate::fields::Field;
    use crate::model::engine::{Means, Place, ROW_BUDGET, Store, blank};
    use crate::passwords::{Cost, Passwords};

    #[tokio::test]
    async fn the_columns_of_each_table_are_those_of_its_fields() {
        let means =
            Means { clock: Clock::default(), passwords: Passwords::new(Cost::Fast), row_budget: ROW_BUDGET };
        let place = Place::Memory(blank(false).await.unwrap());
        let store = Store::open(&place, means, None).await.unwrap();
        let of_channels =
            [channel_settings::FIELDS, channel_settings::PRIVACY, channel_settings::CUSTOMER_GROUPS].concat();
        let tables: [(&str, &[Field], &[&str]); 14] = [
            ("channels", channels::FIELDS, &[]),
            // No wire shows the one, and the other is kept as JSON.
            ("customers", customers::FIELDS, &["password_hash", "channel_ids"]),
            ("attributes", attributes::FIELDS, &[]),
            ("attribute_values", attribute_values::FIELDS, &[]),
            ("addresses", addresses::FIELDS, &[]),
            ("metafields", metafields::FIELDS, &[]),
            ("form_field_values", form_field_values::FIELDS, &["form_field_id"]),
            // Objects that are kept as JSON.
            ("customer_groups", customer_groups::FIELDS, &["category_access", "discount_rules"]),
            // So are headers and emails.
            ("hooks", hooks::FIELDS, &["headers"]),
            ("hooks_admin", hooks::admin::FIELDS, &["emails"]),
            ("consents", consents::FIELDS, &["customer_id", "allow", "deny"]),
            ("stored_instruments", &[], &["customer_id", "instruments"]),
            ("settings", settings::PRIVACY, &["id"]),
            // What the objects hold stands beside what is in none.
            ("channel_settings", &of_channels, &["channel_id"]),
        ];
        for (table, fields, more) in tables {
            let query = sqlx::query_scalar("select name from pragma_table_info(?)").bind(table);
            let columns =
                store.run::<Vec<String>, sqlx::Error>(move |turn| Box::pin(query.fetch_all(&mut turn.db)));
            let columns = columns.await.unwrap();
            let columns: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
            let declared = fields.iter().filter(|field| field.stored).map(|field| field.name);
            assert_eq!(columns, declared.chain(more.iter().copied()).collect(), "{table}");
        }
    }
}
