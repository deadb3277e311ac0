//! Webhook events: what happened to the customers and addresses of a store, recorded with the write that did it.

use serde::Serialize;
use sqlx::{QueryBuilder, Sqlite};

pub use super::engine::events::{Event, KEPT, list};
use super::rows::Customer;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It is new.
    Created,
    /// It has changed.
    Updated,
    /// It is gone.
    Deleted,
}

impl Event {
    /// A customer has changed.
    #[must_use]
    pub fn updated(customer: &Customer, now: i64) -> Event {
        #[derive(Serialize)]
        struct Data<'a> {
            r#type: &'a str,
            id: i64,
            origin_channel_id: i64,
            channel_ids: &'a [i64],
        }
        let Customer { id, origin_channel_id, .. } = *customer;
        let data = Data { r#type: "customer", id, origin_channel_id, channel_ids: channels(customer) };
        Event::new("store/customer/updated", &data, now)
    }

    /// A customer is gone. Documented: nothing is told of it but the id.
    #[must_use]
    pub fn deleted(id: i64, now: i64) -> Event {
        #[derive(Serialize)]
        struct Data {
            r#type: &'static str,
            id: i64,
        }
        Event::new("store/customer/deleted", &Data { r#type: "customer", id }, now)
    }

    /// The channels that a customer can log in on have changed. Documented: without a type.
    #[must_use]
    pub fn login_access(customer: &Customer, now: i64) -> Event {
        #[derive(Serialize)]
        struct Data<'a> {
            customer_id: i64,
            channel_ids: &'a [i64],
        }
        let data = Data { customer_id: customer.id, channel_ids: channels(customer) };
        Event::new("store/customer/channel/login/access/updated", &data, now)
    }

    /// Something happened to an address of a customer. Observed: the id is the address's, the type the customer's.
    #[must_use]
    pub fn of_address(action: Action, id: i64, customer_id: i64, now: i64) -> Event {
        #[derive(Serialize)]
        struct Data {
            r#type: &'static str,
            id: i64,
            address: Address,
        }
        #[derive(Serialize)]
        struct Address {
            customer_id: i64,
        }
        let data = Data { r#type: "customer", id, address: Address { customer_id } };
        let scope = match action {
            Action::Created => "store/customer/address/created",
            Action::Updated => "store/customer/address/updated",
            Action::Deleted => "store/customer/address/deleted",
        };
        Event::new(scope, &data, now)
    }

    fn new(scope: &'static str, data: &impl Serialize, created_at: i64) -> Event {
        let data = serde_json::to_string(data).expect("it has text keys and no failing parts");
        Event { created_at, scope: scope.into(), data }
    }
}

/// The channels of a customer as events tell them. Assumed: of one with access to every channel, that of its origin.
fn channels(customer: &Customer) -> &[i64] {
    customer.channel_ids.as_deref().unwrap_or(std::slice::from_ref(&customer.origin_channel_id))
}

/// Appends the statement that records the creation of every customer from this id on, with the data of
/// [`Event::updated`].
pub(super) fn push_created(sql: &mut QueryBuilder<Sqlite>, first: i64) {
    sql.push(
        "insert into events (created_at, scope, data) select date_created, 'store/customer/created', \
         '{\"type\":\"customer\",\"id\":' || id || ',\"origin_channel_id\":' || origin_channel_id || \
         ',\"channel_ids\":' || coalesce(channel_ids, '[' || origin_channel_id || ']') || '}' \
         from customers where id >= ",
    )
    .push_bind(first);
}
