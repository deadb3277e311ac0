//! Customer groups: the fields, the table and the rules across fields and rows.

use serde::{Deserialize, Serialize};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::engine::memory::{self, Change};
use super::page::Page;
use crate::error::{Error, Problem, What};
use crate::fields::Dialect::V2;
use crate::fields::Op::{Is, Like, Max, Min};
use crate::fields::filter::Filters;
use crate::fields::validate::Valid;
use crate::fields::write::Columns;
use crate::fields::{
    self, Field, Kind, Value, date, int, ints, list as objects, money, object, one_of, text,
};
use crate::model::engine::{Store, Turn};

/// The mark of the group that new customers come into.
pub(super) const DEFAULT: &str = "is_default";
/// The mark of the group for visitors without an account.
pub(super) const FOR_GUESTS: &str = "is_group_for_guests";

/// Every field of a group, in the order of V2's answers.
pub const FIELDS: &[Field] = &[
    int("id").read_only(),
    text("name").required().len(1, 255).filter(V2, &[Is, Like]),
    fields::bool(DEFAULT).filter(V2, &[Is]),
    object("category_access", CATEGORY_ACCESS),
    objects("discount_rules", DISCOUNT_RULE).max(1000),
    date("date_created").read_only().filter(V2, &[Is, Min, Max]),
    date("date_modified").read_only().filter(V2, &[Is, Min, Max]),
    fields::bool(FOR_GUESTS).filter(V2, &[Is]),
];

/// The fields of `category_access`.
pub const CATEGORY_ACCESS: &[Field] =
    &[one_of("type", &["all", "specific", "none"]).required(), ints("categories").max(10_000)];

/// The fields of each of `discount_rules`.
pub const DISCOUNT_RULE: &[Field] = &[
    one_of("type", &["price_list", "category", "product", "all"]).required(),
    int("price_list_id"),
    int("category_id"),
    int("product_id"),
    one_of("method", &["percent", "fixed", "price"]),
    money("amount"),
];

/// A stored group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of FIELDS")]
pub struct Group {
    pub id: i64,
    pub name: String,
    pub is_default: bool,
    pub category_access: CategoryAccess,
    pub discount_rules: Vec<DiscountRule>,
    pub date_created: i64,
    pub date_modified: i64,
    pub is_group_for_guests: bool,
}

/// Which categories the members see. Also its form in the database and on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are those of CATEGORY_ACCESS")]
pub struct CategoryAccess {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<Vec<i64>>,
}

/// What the members pay less. Also its form in the database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields are those of DISCOUNT_RULE")]
pub enum DiscountRule {
    PriceList { price_list_id: i64 },
    Category { category_id: i64, method: String, amount: i64 },
    Product { product_id: i64, method: String, amount: i64 },
    All { method: String, amount: i64 },
}

impl Group {
    fn from_row(row: &SqliteRow) -> Result<Group, sqlx::Error> {
        let decode = |error| sqlx::Error::Decode(Box::new(error));
        Ok(Group {
            id: row.try_get("id")?,
            name: row.try_get("name")?,
            is_default: row.try_get("is_default")?,
            category_access: serde_json::from_str(row.try_get("category_access")?).map_err(decode)?,
            discount_rules: serde_json::from_str(row.try_get("discount_rules")?).map_err(decode)?,
            date_created: row.try_get("date_created")?,
            date_modified: row.try_get("date_modified")?,
            is_group_for_guests: row.try_get("is_group_for_guests")?,
        })
    }
}

/// The matching groups of one page, lowest ids first.
///
/// # Errors
/// Only the database's.
pub async fn list(store: &Store, filters: Filters, page: Page) -> Result<Vec<Group>, Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let mut sql = QueryBuilder::new("select * from customer_groups");
                filters.push_where(&mut sql);
                page.push(&mut sql, !filters.is_empty());
                let rows = sql.build().fetch_all(&mut turn.db).await?;
                Ok(rows.iter().map(Group::from_row).collect::<Result<_, _>>()?)
            })
        })
        .await
}

/// Every group, in the order of the ids.
pub(super) async fn all(db: &mut SqliteConnection) -> Result<Vec<Group>, sqlx::Error> {
    let rows =
        sqlx::query("select * from customer_groups order by id").persistent(false).fetch_all(db).await?;
    rows.iter().map(Group::from_row).collect()
}

/// One group.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn get(store: &Store, id: i64) -> Result<Group, Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let query = sqlx::query("select * from customer_groups where id = ?").bind(id);
                let row = query.fetch_optional(&mut turn.db).await?.ok_or(Error::NotFound)?;
                Ok(Group::from_row(&row)?)
            })
        })
        .await
}

/// How many groups match.
///
/// # Errors
/// Only the database's.
pub async fn count(store: &Store, filters: Filters) -> Result<i64, Error> {
    store
        .run(move |turn| {
            Box::pin(async move {
                let mut sql = QueryBuilder::new("select count(*) from customer_groups");
                filters.push_where(&mut sql);
                Ok(sql.build_query_scalar().fetch_one(&mut turn.db).await?)
            })
        })
        .await
}

/// Checks what can be checked of a new group before there is a store to put it in.
///
/// # Errors
/// Those of [`create`], but for a taken name.
pub fn check(valid: &Valid) -> Result<(), Error> {
    json_columns(valid).map(|_| ())
}

/// Makes a group. One that becomes the default, or that of guests, takes that from the one before.
///
/// # Errors
/// [`Error::Invalid`]: a taken name, or access and rules that do not fit together.
pub async fn create(store: &Store, valid: Valid) -> Result<Group, Error> {
    let now = store.clock.now();
    store
        .write(move |turn| {
            Box::pin(async move {
                let group = insert(&mut turn.db, &valid, now).await?;
                remember(turn).await?;
                Ok(group)
            })
        })
        .await
}

/// Changes what was supplied of a group; access and rules are replaced whole. Nothing supplied changes nothing.
///
/// # Errors
/// [`Error::NotFound`], and those of [`create`].
pub async fn update(store: &Store, id: i64, valid: Valid) -> Result<Group, Error> {
    if valid.is_empty() {
        return get(store, id).await;
    }
    let mut own = json_columns(&valid)?;
    own.push(("date_modified", Value::Int(store.clock.now())));
    store
        .write(move |turn| {
            Box::pin(async move {
                take_marks(&mut turn.db, &valid).await?;
                let mut sql = Columns::new(&valid, &own).update("customer_groups");
                sql.push(" where id = ").push_bind(id).push(" returning *");
                let row = sql
                    .build()
                    .fetch_optional(&mut turn.db)
                    .await
                    .map_err(|error| refusal(error, &valid))?
                    .ok_or(Error::NotFound)?;
                remember(turn).await?;
                Ok(Group::from_row(&row)?)
            })
        })
        .await
}

/// Deletes a group. Its members belong to none then.
///
/// # Errors
/// [`Error::NotFound`].
pub async fn delete(store: &Store, id: i64) -> Result<(), Error> {
    let mut sql = QueryBuilder::new("delete from customer_groups where id = ");
    sql.push_bind(id);
    if delete_and_release(store, sql).await? == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Deletes the matching groups, at most `limit` of them, lowest ids first.
///
/// # Errors
/// Only the database's.
pub async fn delete_matching(store: &Store, filters: Filters, limit: Option<i64>) -> Result<(), Error> {
    let mut sql =
        QueryBuilder::new("delete from customer_groups where id in (select id from customer_groups");
    filters.push_where(&mut sql);
    Page::of(limit.unwrap_or(i64::MAX), 0).push(&mut sql, !filters.is_empty());
    sql.push(")");
    delete_and_release(store, sql).await.map(|_| ())
}

async fn delete_and_release(store: &Store, mut delete: QueryBuilder<Sqlite>) -> Result<u64, Error> {
    store
        .write(move |turn| {
            Box::pin(async move {
                let deleted = delete.build().execute(&mut turn.db).await?.rows_affected();
                if deleted > 0 {
                    let release = "update customers set customer_group_id = 0 where customer_group_id <> 0 \
                                   and customer_group_id not in (select id from customer_groups)";
                    if sqlx::query(release).execute(&mut turn.db).await?.rows_affected() > 0 {
                        turn.change(Change::ForgetRows);
                    }
                    forget_groups(&mut turn.db).await?;
                    remember(turn).await?;
                }
                Ok(deleted)
            })
        })
        .await
}

/// Tells memory which groups there are after this, and which of them new customers come into.
pub(super) async fn remember(turn: &mut Turn) -> Result<(), Error> {
    let groups = memory::groups(&mut turn.db).await?;
    turn.change(Change::Groups(groups));
    Ok(())
}

pub(super) async fn insert(tx: &mut SqliteConnection, valid: &Valid, now: i64) -> Result<Group, Error> {
    let created = valid.int("date_created").unwrap_or(now);
    let modified = valid.int("date_modified").unwrap_or(created);
    let mut own = json_columns(valid)?;
    own.extend([("date_created", Value::Int(created)), ("date_modified", Value::Int(modified))]);
    take_marks(tx, valid).await?;
    let row = Columns::new(valid, &own)
        .insert("customer_groups")
        .build()
        .fetch_one(tx)
        .await
        .map_err(|error| refusal(error, valid))?;
    Ok(Group::from_row(&row)?)
}

/// Documented: there is one default group and one for guests, and setting a new one unsets the old.
async fn take_marks(tx: &mut SqliteConnection, valid: &Valid) -> Result<(), Error> {
    for mark in [DEFAULT, FOR_GUESTS] {
        if valid.int(mark) == Some(1) {
            unmark(tx, mark).await?;
        }
    }
    Ok(())
}

/// Gives a mark to this group alone; to none if the id is 0.
pub(super) async fn mark(tx: &mut SqliteConnection, mark: &'static str, id: i64) -> Result<(), Error> {
    unmark(tx, mark).await?;
    let mut sql = QueryBuilder::new("update customer_groups set ");
    sql.push(mark).push(" = 1 where id = ").push_bind(id).build().execute(tx).await?;
    Ok(())
}

async fn unmark(tx: &mut SqliteConnection, mark: &'static str) -> Result<(), Error> {
    let mut sql = QueryBuilder::new("update customer_groups set ");
    sql.push(mark).push(" = 0 where ").push(mark).push(" = 1").build().execute(tx).await?;
    Ok(())
}

/// Checks that access and rules fit together, and makes the columns that hold them.
fn json_columns(valid: &Valid) -> Result<Vec<(&'static str, Value)>, Error> {
    let mut own = Vec::new();
    let mut push = |name, json: Result<String, _>| {
        own.push((name, Value::Text(json.expect("it has text keys and no failing parts"))));
    };
    if let Some(access) = valid.object("category_access") {
        push("category_access", serde_json::to_string(&category_access(access)?));
    }
    if let Some(rules) = valid.list("discount_rules") {
        let rules = rules.iter().map(discount_rule).collect::<Result<Vec<_>, _>>()?;
        let alone =
            rules.iter().any(|rule| matches!(rule, DiscountRule::PriceList { .. })) && rules.len() > 1;
        let storewide = rules.iter().filter(|rule| matches!(rule, DiscountRule::All { .. })).count();
        if alone || storewide > 1 {
            return Err(Problem::new("discount_rules", What::Unfit).into());
        }
        push("discount_rules", serde_json::to_string(&rules));
    }
    Ok(own)
}

fn category_access(access: &Valid) -> Result<CategoryAccess, Problem> {
    let kind = access.text("type").unwrap_or_default().to_owned();
    let categories = access.ints("categories").map(<[i64]>::to_vec);
    match (kind.as_str(), &categories) {
        ("specific", None) => Err(Problem::new("categories", What::Missing)),
        ("all" | "none", Some(_)) => Err(Problem::new("categories", What::Unfit)),
        _ => Ok(CategoryAccess { kind, categories }),
    }
}

/// A rule has the fields that its type calls for and no others.
fn discount_rule(rule: &Valid) -> Result<DiscountRule, Problem> {
    let kind = rule.text("type").unwrap_or_default();
    let wanted: &[&str] = match kind {
        "price_list" => &["price_list_id"],
        "category" => &["category_id", "method", "amount"],
        "product" => &["product_id", "method", "amount"],
        _ => &["method", "amount"],
    };
    if let Some((field, _)) =
        rule.iter().find(|(field, _)| field.name != "type" && !wanted.contains(&field.name))
    {
        return Err(Problem::new(field.name, What::Unfit));
    }
    if let Some(missing) = wanted.iter().find(|name| rule.get(name).is_none()) {
        return Err(Problem::new(*missing, What::Missing));
    }
    let id = |name| match rule.int(name).unwrap_or_default() {
        id if (1..=i64::from(i32::MAX)).contains(&id) => Ok(id),
        id => Err(Problem::new(name, What::Malformed { kind: Kind::Int, value: id.to_string() })),
    };
    let method = || rule.text("method").unwrap_or_default().to_owned();
    let amount = || rule.int("amount").unwrap_or_default();
    Ok(match kind {
        "price_list" => DiscountRule::PriceList { price_list_id: id("price_list_id")? },
        "category" => {
            DiscountRule::Category { category_id: id("category_id")?, method: method(), amount: amount() }
        }
        "product" => {
            DiscountRule::Product { product_id: id("product_id")?, method: method(), amount: amount() }
        }
        _ => DiscountRule::All { method: method(), amount: amount() },
    })
}

/// Assumed: a channel whose group was deleted has what the store has.
async fn forget_groups(db: &mut SqliteConnection) -> Result<(), Error> {
    for column in ["guest_customer_group_id", "default_customer_group_id"] {
        let mut sql = QueryBuilder::new("update channel_settings set ");
        sql.push(column).push(" = null where ").push(column).push(" <> 0 and ").push(column);
        sql.push(" not in (select id from customer_groups)").build().execute(&mut *db).await?;
    }
    Ok(())
}

/// What a refused row means: the uniqueness of the name, or of the id that a seed pinned, would be broken.
fn refusal(error: sqlx::Error, valid: &Valid) -> Error {
    match error.as_database_error() {
        Some(refused) if refused.is_unique_violation() => {
            let taken = |at, value| Problem::new(at, What::Taken { value }).into();
            if refused.message().ends_with("customer_groups.id") {
                taken("id", valid.int("id").unwrap_or_default().to_string())
            } else {
                taken("name", valid.text("name").unwrap_or_default().to_owned())
            }
        }
        _ => error.into(),
    }
}
