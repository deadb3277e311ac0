//! Customers: the fields, the stored row, and what is read of them. What changes them is in `write.rs`.

use std::collections::HashMap;
use std::sync::Arc;

use sqlx::sqlite::SqliteRow;

use super::addresses::{self};
use super::attribute_values::{self};
pub use super::engine::exists;
use super::engine::is_there;
use super::engine::memory::{Change, Known, Row};
use super::form_fields::{self, Answers, Owner};
pub use super::rows::Customer;
use crate::error::Error;
use crate::fields::Dialect::{V2, V3};
use crate::fields::Op::{In, Is, Like, Max, Min};
use crate::fields::{
    self, Field, computed, date, email, int, ints, list as objects, money, object, password, text,
};
use crate::model::engine::{Store, Turn};

mod batch;
mod delete;
mod list;
mod write;

pub use batch::{Created, check_all, create_all, delete_all, update_all};
pub use delete::{delete, delete_matching};
pub use list::{Extras, Shown, count, list};
pub(in crate::model) use write::{Referable, load, push_insert};
pub use write::{check, create, update};

/// Every field of a customer: in the order of V2's answers, then what V3 alone has.
pub const FIELDS: &[Field] = &[
    int("id").key().filter(V2, &[Min, Max]).filter(V3, &[In]),
    text("company").max(255).filter(V2, &[Is]).filter(V3, &[In]),
    text("first_name").required().len(1, 100).filter(V2, &[Is]),
    text("last_name").required().len(1, 100).filter(V2, &[Is]),
    // Documented: an update through V3 may be five characters longer than a create; see `batch.rs`.
    email("email").required().len(3, 250).len_in(V3, 3, 255).filter(V2, &[Is]).filter(V3, &[In]),
    text("phone").max(50).filter(V2, &[Is]).filter(V3, &[In]),
    computed("form_fields").only(V2),
    date("date_created").read_only().filter(V2, &[Min, Max]).filter(V3, &[Is, Min, Max]),
    date("date_modified").read_only().filter(V2, &[Min, Max]).filter(V3, &[Is, Min, Max]),
    money("store_credit").only(V2).filter(V2, &[Is]),
    text("registration_ip_address").max(45).create_only_in_v3().filter(V3, &[In]),
    int("customer_group_id").filter(V2, &[Is]).filter(V3, &[In]),
    text("notes").max(65_536),
    text("tax_exempt_category").max(255).filter(V2, &[Is]),
    fields::bool("reset_pass_on_login").only(V2),
    fields::bool("accepts_marketing")
        .read_only_in(V2)
        .named_v3("accepts_product_review_abandoned_cart_emails"),
    computed("addresses").only(V2),
    object("_authentication", AUTHENTICATION).named_v3("authentication"),
    objects("store_credit_amounts", AMOUNT).max(1).only(V3),
    int("origin_channel_id").only(V3).create_only_in_v3(),
    // Documented: null is access to every channel, an empty list is refused.
    ints("channel_ids").len(1, 1000).nullable().only(V3),
    objects("addresses", addresses::FIELDS).max(10).only(V3).create_only_in_v3(),
    objects("attributes", attribute_values::OF_CUSTOMER).max(10).only(V3).create_only_in_v3(),
    objects("form_fields", form_fields::ANSWER).max(250).only(V3),
    // Accepted; nobody is notified.
    fields::bool("trigger_account_created_notification").unstored().only(V3),
    text("name")
        .computed_by("(first_name || ' ' || last_name)")
        .only(V3)
        .ignored_in_v3()
        .filter(V3, &[In, Like]),
];

/// The fields of `_authentication`, V3's `authentication`.
pub const AUTHENTICATION: &[Field] = &[
    password("password").named_v3("new_password"),
    text("password_confirmation").only(V2),
    fields::bool("force_reset").named_v3("force_password_reset"),
];

/// The fields of each of `store_credit_amounts`.
pub const AMOUNT: &[Field] = &[money("amount").required()];

/// One customer.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, id: i64) -> Result<Arc<Row>, Error> {
    match store.memory(|memory| memory.customer(id)) {
        Known::Row(row) => Ok(row),
        Known::Absent => Err(Error::NotFound),
        Known::There => {
            let rows =
                store.run::<_, Error>(move |turn| Box::pin(async move { rows(turn, &[id]).await })).await?;
            rows.into_iter().next().ok_or(Error::NotFound)
        }
    }
}

/// Whether the password is the customer's.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn has_password(store: &Store, id: i64, password: &str) -> Result<bool, Error> {
    let hash: Option<String> = store
        .run(move |turn| {
            Box::pin(async move {
                let query = sqlx::query_scalar("select password_hash from customers where id = ?").bind(id);
                query.fetch_optional(&mut turn.db).await?.ok_or(Error::NotFound)
            })
        })
        .await?;
    Ok(store.passwords.verify(password.to_owned(), hash).await)
}

/// The rows of these customers, in this order: those in memory, the others fetched all at once.
pub(in crate::model) async fn rows(turn: &mut Turn, ids: &[i64]) -> Result<Vec<Arc<Row>>, Error> {
    let mut rows: HashMap<i64, Arc<Row>> = HashMap::with_capacity(ids.len());
    turn.memory(|memory| {
        for id in ids {
            if let Known::Row(row) = memory.customer(*id) {
                rows.insert(*id, row);
            }
        }
    });
    let missing: Vec<i64> = ids.iter().filter(|id| !rows.contains_key(id)).copied().collect();
    if !missing.is_empty() {
        let query = "select * from customers where id in (select value from json_each(?))";
        let list = serde_json::Value::from(missing).to_string();
        let found = sqlx::query(query).bind(list).fetch_all(&mut turn.db).await?;
        for row in rows_of(turn, &found).await? {
            turn.change(Change::Fetched(row.clone()));
            rows.insert(row.id, row);
        }
    }
    Ok(ids.iter().filter_map(|id| rows.get(id).cloned()).collect())
}

/// Shows reads these customers, whose form fields have changed, as they are now.
pub(in crate::model) async fn reload(turn: &mut Turn, ids: Vec<i64>) -> Result<(), Error> {
    let query = sqlx::query("select * from customers where id in (select value from json_each(?))");
    let found = query.bind(serde_json::Value::from(ids).to_string()).fetch_all(&mut turn.db).await?;
    for row in rows_of(turn, &found).await? {
        turn.change(Change::Put(row));
    }
    Ok(())
}

/// What these rows of the table hold, with their form fields.
async fn rows_of(turn: &mut Turn, rows: &[SqliteRow]) -> Result<Vec<Arc<Row>>, Error> {
    let mut customers = rows.iter().map(Customer::from_row).collect::<Result<Vec<_>, _>>()?;
    if !turn.memory(|memory| memory.customer_fields().is_empty()) {
        let ids = customers.iter().map(|customer| customer.id);
        let mut answers = Answers::of(&mut turn.db, Owner::Customer, ids).await?;
        for customer in &mut customers {
            customer.form_fields = answers.take(customer.id);
        }
    }
    Ok(customers.into_iter().map(|customer| Arc::new(Row::new(customer))).collect())
}
