//! Random sequences of calls against a model in plain Rust: every status and every body is the model's.

mod store;

use bigcommerce_mock::model::engine::ROW_BUDGET;
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use self::store::Model;
use crate::support::{Mock, encode, home, jane, over};

/// Where a call goes. Ids are small, so that they are there about as often as not.
#[derive(Clone, Copy, Debug)]
enum On {
    Customers,
    AddressesOf(i64),
    Groups,
}

#[derive(Clone, Debug)]
enum Op {
    Create(On, Value),
    Update(On, i64, Value),
    Get(On, i64),
    Delete(On, i64),
    List(On, Filters, i64, Option<i64>),
    Count(On, Filters),
    DeleteMany(On, Filters, Option<i64>),
}

type Filters = Vec<(&'static str, &'static str)>;

/// Status and body.
type Answer = (u16, String);

impl On {
    fn path(self) -> String {
        match self {
            On::Customers => "/stores/s/v2/customers".to_owned(),
            On::AddressesOf(customer) => format!("/stores/s/v2/customers/{customer}/addresses"),
            On::Groups => "/stores/s/v2/customer_groups".to_owned(),
        }
    }
}

impl Op {
    async fn call(&self, mock: &Mock) -> Answer {
        let query = |filters: &Filters, more: [(&str, Option<i64>); 2]| {
            let filters = filters.iter().map(|(name, value)| format!("{name}={}", encode(value)));
            let more = more.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?)));
            filters.chain(more).collect::<Vec<_>>().join("&")
        };
        let none = ("", None);
        let (method, path, body) = match self {
            Op::Create(on, body) => ("POST", on.path(), body.to_string()),
            Op::Update(on, id, body) => ("PUT", format!("{}/{id}", on.path()), body.to_string()),
            Op::Get(on, id) => ("GET", format!("{}/{id}", on.path()), String::new()),
            Op::Delete(on, id) => ("DELETE", format!("{}/{id}", on.path()), String::new()),
            Op::List(on, filters, page, limit) => {
                let query = query(filters, [("page", Some(*page)), ("limit", *limit)]);
                ("GET", format!("{}?{query}", on.path()), String::new())
            }
            Op::Count(on, filters) => {
                ("GET", format!("{}/count?{}", on.path(), query(filters, [none, none])), String::new())
            }
            Op::DeleteMany(on, filters, limit) => {
                let query = query(filters, [("limit", *limit), none]);
                ("DELETE", format!("{}?{query}", on.path()), String::new())
            }
        };
        let reply = mock.call(method, &path, &[], &body).await;
        (reply.status, reply.body)
    }
}

fn an_id() -> impl Strategy<Value = i64> {
    1..=6_i64
}

fn on() -> impl Strategy<Value = On> {
    prop_oneof![Just(On::Customers), an_id().prop_map(On::AddressesOf), Just(On::Groups)]
}

/// Some of these fields, each with one of its values.
fn some_of(fields: Vec<(&'static str, Vec<Value>)>) -> impl Strategy<Value = Value> {
    let one = |(name, values)| prop::option::of(prop::sample::select(values).prop_map(move |v| (name, v)));
    fields.into_iter().map(one).collect::<Vec<_>>().prop_map(|chosen| {
        Value::Object(chosen.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect())
    })
}

fn change(on: On) -> BoxedStrategy<Value> {
    let values = |values: &[&str]| values.iter().map(|value| json!(value)).collect::<Vec<_>>();
    let switch = || vec![json!(true), json!(false)];
    some_of(match on {
        On::Customers => vec![
            ("email", values(&["a@b.co", "A@B.co", "b@b.co", "c@b.co", "d@b.co", "e@b.co"])),
            ("company", values(&["", "Acme", "ACME", "Bell"])),
            ("customer_group_id", (0..5).map(Value::from).collect()),
        ],
        On::AddressesOf(_) => vec![
            ("city", values(&["Austin", "Dallas"])),
            ("country", values(&["Germany", "uNITED sTATES", "germany", "Atlantis"])),
            ("customer_id", (1..3).map(Value::from).collect()),
        ],
        On::Groups => vec![
            ("name", values(&["A", "a", "AB", "B", "C", "D", "E"])),
            ("is_default", switch()),
            (
                "discount_rules",
                vec![
                    json!([]),
                    json!([{"type": "all", "method": "percent", "amount": "5.0000"}]),
                    json!([{"type": "product", "product_id": "7", "method": "fixed", "amount": "5.0000"}]),
                ],
            ),
            ("is_group_for_guests", switch()),
        ],
    })
    .boxed()
}

fn filters(on: On) -> BoxedStrategy<Filters> {
    let known: Vec<(&str, &str)> = match on {
        On::Customers => vec![
            ("company", "acme"),
            ("company", ""),
            ("min_id", "3"),
            ("customer_group_id", "1"),
            ("email", "A@b.co"),
        ],
        On::AddressesOf(_) => return Just(Vec::new()).boxed(),
        On::Groups => {
            vec![("name", "a"), ("name:like", "b"), ("is_default", "true"), ("is_default", "false")]
        }
    };
    // One of each at most: of a repeated filter the last wins, which is another test's matter.
    let one = prop::sample::select(known);
    prop_oneof![Just(Vec::new()), one.prop_map(|filter| vec![filter])].boxed()
}

fn op() -> impl Strategy<Value = Op> {
    on().prop_flat_map(|on| {
        let least = match on {
            On::Customers => jane(),
            On::AddressesOf(_) => home(),
            On::Groups => json!({"name": "F"}),
        };
        let limit = || prop::option::of(1..4_i64);
        prop_oneof![
            6 => change(on).prop_map(move |change| Op::Create(on, over(least.clone(), change))),
            3 => (an_id(), change(on)).prop_map(move |(id, change)| Op::Update(on, id, change)),
            2 => an_id().prop_map(move |id| Op::Get(on, id)),
            1 => an_id().prop_map(move |id| Op::Delete(on, id)),
            3 => (filters(on), 1..4_i64, limit()).prop_map(move |(f, page, limit)| Op::List(on, f, page, limit)),
            1 => filters(on).prop_map(move |filters| Op::Count(on, filters)),
            1 => (filters(on), limit()).prop_map(move |(filters, limit)| Op::DeleteMany(on, filters, limit)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// From one call, so that a failure shrinks to those that matter.
    #[test]
    fn a_store_answers_like_a_model_in_memory(
        ops in prop::collection::vec(op(), 1..90),
        // No row in memory, about three, all of them.
        row_budget in prop::sample::select(vec![0, 4_000, ROW_BUDGET]),
    ) {
        Runtime::new().unwrap().block_on(async {
            let (mock, mut model) = (Mock::remembering(row_budget).await, Model::default());
            for (i, op) in ops.iter().enumerate() {
                prop_assert_eq!(op.call(&mock).await, model.answer(op), "call {}: {:?}", i, op);
            }
            Ok(())
        })?;
    }
}
