//! The rows of a store, one file a resource: its fields, its SQL, its rules. Nothing here knows a wire format.

use sqlx::{QueryBuilder, Sqlite};

pub mod addresses;
pub mod countries;
pub mod customer_groups;
pub mod customers;
pub mod form_fields;
pub mod generate;
pub mod load;
pub mod memory;

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most this many rows.
    pub limit: i64,
    /// After this many.
    pub offset: i64,
}

impl Page {
    /// Every list is in the order of the ids.
    fn push(self, sql: &mut QueryBuilder<Sqlite>) {
        sql.push(" order by id limit ").push_bind(self.limit).push(" offset ").push_bind(self.offset);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::access::Accesses;
    use crate::clock::Clock;
    use crate::fields::Field;
    use crate::passwords::{Cost, Passwords};
    use crate::store::{ROW_BUDGET, Settings, Stores};

    #[tokio::test]
    async fn the_columns_of_each_table_are_those_of_its_fields() {
        let settings = Settings {
            data_dir: None,
            clock: Clock::Frozen(0),
            passwords: Passwords::new(Cost::Fast),
            accesses: Accesses::default(),
            row_budget: ROW_BUDGET,
        };
        let stores = Stores::open(settings).await.unwrap();
        let store = stores.get_or_create("s").await.unwrap();
        let tables: [(&str, &[Field], &[&str]); 3] = [
            // The one column that no wire shows.
            ("customers", customers::FIELDS, &["password_hash"]),
            ("addresses", addresses::FIELDS, &[]),
            // Objects that are kept as JSON.
            ("customer_groups", customer_groups::FIELDS, &["category_access", "discount_rules"]),
        ];
        for (table, fields, more) in tables {
            let query = sqlx::query_scalar("select name from pragma_table_info(?)").bind(table);
            let columns =
                store.run::<Vec<String>, sqlx::Error>(move |turn| Box::pin(query.fetch_all(&mut turn.db)));
            let columns = columns.await.unwrap();
            let columns: BTreeSet<&str> = columns.iter().map(String::as_str).collect();
            let declared = fields.iter().filter(|field| field.is_column()).map(|field| field.name);
            assert_eq!(columns, declared.chain(more.iter().copied()).collect(), "{table}");
        }
    }
}
