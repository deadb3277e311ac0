//! Generated stores: believable people, the same for the same seed, byte for byte.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fake::Fake;
use fake::faker::impls::address::CityNameGenFn;
use fake::faker::{
    address::raw as address, company::raw as company, name::raw as name, phone_number::raw as phone,
};
use fake::locales::{DE_DE, Data, EN, FR_FR, JA_JP, PT_BR};
use fake::rand::rngs::ChaCha8Rng;
use fake::rand::{RngExt, SeedableRng};
use sqlx::QueryBuilder;

use super::countries;
use super::customers::{self, Customer};
use super::form_fields::Answer;
use crate::error::{Error, Problem, What};
use crate::model::engine::Turn;

/// Wed, 01 Jan 2020 00:00:00 +0000: dates lie in the four years from here, so that they do not depend on today.
const EPOCH: i64 = 1_577_836_800;
/// Four years, in seconds.
const SPAN: i64 = 4 * 365 * 86_400;
/// Rows in one statement.
const CHUNK: i64 = 500;

/// How many of what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say it")]
pub struct Generate {
    pub customers: u32,
    pub groups: u32,
    pub addresses_per_customer: u32,
    pub seed: u64,
}

struct Person {
    first_name: String,
    last_name: String,
    company: String,
    phone: String,
    place: Place,
}

struct Place {
    street: String,
    city: String,
    state: String,
    zip: String,
    country: &'static str,
}

/// Adds groups, customers and addresses behind those that are there.
///
/// # Errors
/// [`Error::Invalid`]: an email or a name that came up is one of those that are there.
pub(super) async fn generate(turn: &mut Turn, wanted: Generate) -> Result<(), Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(wanted.seed);
    let groups = groups(turn, wanted.groups, &mut rng).await?;
    let last: Option<i64> =
        sqlx::query_scalar("select max(id) from customers").fetch_one(&mut turn.db).await?;
    let (mut next, last) = (last.unwrap_or(0) + 1, last.unwrap_or(0) + i64::from(wanted.customers));
    let mut told = Instant::now();
    while next <= last {
        let until = last.min(next + CHUNK - 1);
        let people: Vec<(Customer, Place)> =
            (next..=until).map(|id| customer(id, &groups, &mut rng)).collect();
        let rows: Vec<(&Customer, Option<&str>)> =
            people.iter().map(|(customer, _)| (customer, None)).collect();
        let mut sql = QueryBuilder::new("");
        customers::push_insert(&mut sql, &rows);
        let inserted = sql.build().execute(&mut turn.db).await?.rows_affected();
        if inserted < rows.len() as u64 {
            return Err(taken(turn, &rows).await?.into());
        }
        for _ in 0..wanted.addresses_per_customer {
            addresses(turn, &people, &mut rng).await?;
        }
        next = until + 1;
        if told.elapsed() > Duration::from_secs(2) {
            tracing::info!("generating customers: {until} of {last}");
            told = Instant::now();
        }
    }
    Ok(())
}

/// The first of these whose email is another's.
async fn taken(turn: &mut Turn, rows: &[(&Customer, Option<&str>)]) -> Result<Problem, Error> {
    let first = rows.first().map_or(0, |(customer, _)| customer.id);
    let there = sqlx::query_scalar("select id from customers where id >= ?").bind(first);
    let there: HashSet<i64> = there.fetch_all(&mut turn.db).await?.into_iter().collect();
    let taken = rows.iter().find(|(customer, _)| !there.contains(&customer.id));
    let value = taken.map_or_else(String::new, |(customer, _)| customer.email.clone());
    Ok(Problem::new("customers", What::Taken { value }))
}

/// Makes the groups; gives the ids that customers may have, 0 among them.
async fn groups(turn: &mut Turn, count: u32, rng: &mut ChaCha8Rng) -> Result<Arc<[i64]>, Error> {
    let mut ids = vec![0];
    for number in 1..=count {
        let industry: String = company::Industry(EN).fake_with_rng(rng);
        let date = EPOCH + rng.random_range(0..SPAN);
        let insert = "insert into customer_groups (name, date_created, date_modified) values (?, ?, ?) \
             on conflict (name) do nothing returning id";
        let name = format!("{industry} {number}");
        let id = sqlx::query_scalar(insert).bind(&name).bind(date).bind(date).fetch_optional(&mut turn.db);
        ids.push(id.await?.ok_or_else(|| Problem::new("groups", What::Taken { value: name }))?);
    }
    Ok(ids.into())
}

fn customer(id: i64, groups: &[i64], rng: &mut ChaCha8Rng) -> (Customer, Place) {
    let person = match rng.random_range(0..20) {
        0..12 => person(EN, "United States", rng),
        12..14 => person(DE_DE, "Germany", rng),
        14..16 => person(FR_FR, "France", rng),
        16..18 => person(PT_BR, "Brazil", rng),
        _ => person(JA_JP, "Japan", rng),
    };
    let date_created = EPOCH + rng.random_range(0..SPAN);
    let ascii = |text: &str| -> String { text.chars().filter(char::is_ascii_alphabetic).collect() };
    let local = format!("{}.{}", ascii(&person.first_name), ascii(&person.last_name)).to_ascii_lowercase();
    let customer = Customer {
        origin_channel_id: 1,
        channel_ids: None,
        id,
        company: person.company,
        email: format!("{}{id}@example.com", local.trim_matches('.')),
        first_name: person.first_name,
        last_name: person.last_name,
        phone: person.phone,
        form_fields: None::<Vec<Answer>>,
        date_created,
        date_modified: date_created + rng.random_range(0..SPAN / 4),
        store_credit: if rng.random_range(0..5) == 0 { rng.random_range(0..1_000_000) } else { 0 },
        registration_ip_address: format!("192.0.2.{}", rng.random_range(1..255)),
        customer_group_id: groups[rng.random_range(0..groups.len())],
        notes: String::new(),
        tax_exempt_category: String::new(),
        reset_pass_on_login: false,
        accepts_marketing: rng.random_range(0..3) == 0,
    };
    (customer, person.place)
}

fn person<L: Data + CityNameGenFn + Copy>(locale: L, country: &'static str, rng: &mut ChaCha8Rng) -> Person {
    Person {
        first_name: name::FirstName(locale).fake_with_rng(rng),
        last_name: name::LastName(locale).fake_with_rng(rng),
        company: if rng.random_range(0..4) == 0 {
            company::CompanyName(EN).fake_with_rng(rng)
        } else {
            String::new()
        },
        phone: phone::PhoneNumber(locale).fake_with_rng(rng),
        place: Place {
            street: address::StreetName(locale).fake_with_rng(rng),
            city: address::CityName(locale).fake_with_rng(rng),
            state: address::StateName(locale).fake_with_rng(rng),
            zip: address::ZipCode(locale).fake_with_rng(rng),
            country,
        },
    }
}

/// One address for each of these people, in their own town.
async fn addresses(turn: &mut Turn, people: &[(Customer, Place)], rng: &mut ChaCha8Rng) -> Result<(), Error> {
    let mut sql = QueryBuilder::new(
        "insert into addresses (customer_id, first_name, last_name, company, street_1, city, state, zip, country, \
         country_iso2, phone, address_type) ",
    );
    sql.push_values(people, |mut row, (customer, place)| {
        let country = countries::named(place.country);
        let company = !customer.company.is_empty();
        row.push_bind(customer.id)
            .push_bind(&customer.first_name)
            .push_bind(&customer.last_name)
            .push_bind(&customer.company)
            .push_bind(format!("{} {}", rng.random_range(1..2000), place.street))
            .push_bind(&place.city)
            .push_bind(&place.state)
            .push_bind(&place.zip)
            .push_bind(place.country)
            .push_bind(country.map_or("", |country| country.code))
            .push_bind(&customer.phone)
            .push_bind(if company { "commercial" } else { "residential" });
    });
    sql.build().execute(&mut turn.db).await?;
    Ok(())
}
