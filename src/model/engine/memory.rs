//! What reads of a store see without asking its database: which customers there are, the rows of as many of them as
//! fit, and the few things that every create needs to know.
//!
//! Only the store's writer changes it, after a commit and before it answers. So a write is seen by every read that
//! begins after its answer, and nothing is seen that was not committed. The database stays the truth: a row that is
//! not here is fetched from it – by the writer too, so that nothing can be committed in between.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use roaring::RoaringBitmap;
use sqlx::{Row as _, SqliteConnection};

use super::super::form_fields::{self, FormField, Owner};
use super::super::page::{Page, Start};
use super::super::rows::{self, Address, Customer, Type};

/// A customer as reads share it. It never changes: a write puts another one in its place.
#[derive(Debug)]
pub struct Row {
    customer: Customer,
    /// Its addresses, if somebody asked for them since it or they changed.
    addresses: Option<Box<[Address]>>,
    /// The bytes of answers that the dialects keep with it.
    memos: [OnceLock<Box<[u8]>>; 3],
    /// Asked for since eviction last came by.
    used: AtomicBool,
}

impl Row {
    pub(in crate::model) fn new(customer: Customer) -> Row {
        Row { customer, addresses: None, memos: Default::default(), used: AtomicBool::new(false) }
    }

    /// The same customer with these addresses, or without any knowledge of them.
    pub(in crate::model) fn with_addresses(&self, addresses: Option<Box<[Address]>>) -> Row {
        Row { addresses, ..Row::new(self.customer.clone()) }
    }

    /// Its addresses, if they are here.
    #[must_use]
    pub fn addresses(&self) -> Option<&[Address]> {
        self.addresses.as_deref()
    }

    /// A memo, made by the first who asks. Everybody must ask for the same (see [`crate::model::engine::Store::base`]).
    pub fn memo(&self, memo: Memo, make: impl FnOnce(&Customer) -> Box<[u8]>) -> &[u8] {
        self.memos[memo as usize].get_or_init(|| make(&self.customer))
    }

    /// About how many bytes it takes, the memos included whether they were made or not.
    fn weight(&self) -> usize {
        let customer = &self.customer;
        let texts = [
            &customer.company,
            &customer.first_name,
            &customer.last_name,
            &customer.email,
            &customer.phone,
            &customer.registration_ip_address,
            &customer.notes,
            &customer.tax_exempt_category,
        ];
        let text: usize = texts.iter().map(|text| text.len()).sum();
        let channels = customer.channel_ids.as_ref().map_or(0, Vec::len);
        let answers = customer.form_fields.iter().flatten();
        let answers: usize = answers.map(|answer| 64 + answer.name.len() + answer.value.len()).sum();
        // Of an address there are the texts, and an answer of about 400 bytes.
        let addresses = self.addresses.iter().flatten().count() * (size_of::<Address>() + 600);
        // The names of an answer's keys and its other values come to about 500 bytes.
        // A channel takes eight bytes in the row, and up to eleven in each of two answers.
        size_of::<Row>() + 2 * 600 + 3 * (text + answers) + 30 * channels + addresses
    }
}

/// Which answer is kept with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memo {
    /// V2's.
    V2,
    /// V3's, with nothing included.
    V3,
    /// V3's, with the addresses included.
    V3WithAddresses,
}

impl Deref for Row {
    type Target = Customer;

    fn deref(&self) -> &Customer {
        &self.customer
    }
}

/// What a write changes, once it is committed.
#[derive(Debug)]
pub enum Change {
    /// This customer is new, or is like this now.
    Put(Arc<Row>),
    /// This row was fetched; nothing has changed.
    Fetched(Arc<Row>),
    /// These customers are gone.
    Remove(RoaringBitmap),
    /// All customers are gone.
    Clear,
    /// Something about many customers has changed, so rows that are kept may be wrong.
    ForgetRows,
    /// The addresses of this customer have changed.
    Addresses(i64),
    /// These are the attributes now.
    Attributes(HashMap<i64, Type>),
    /// The store has its first content.
    Loaded(Box<Memory>),
    /// These are the groups now.
    Groups(Groups),
}

/// The groups of a store.
#[derive(Debug, Default)]
pub struct Groups {
    ids: HashSet<i64>,
    /// The one that new customers come into.
    default: Option<i64>,
    /// The channels whose new customers come into another one; 0 is none.
    of_channels: HashMap<i64, i64>,
}

/// See the module's own words.
#[derive(Debug, Default)]
pub struct Memory {
    ids: RoaringBitmap,
    rows: HashMap<u32, Arc<Row>, BuildHasherDefault<IdHasher>>,
    /// The ids of `rows`, in the order in which eviction looks at them. Ids of removed rows may linger.
    order: VecDeque<u32>,
    bytes: usize,
    /// The most that `bytes` may be.
    budget: usize,
    groups: Groups,
    /// The form fields that customers have.
    customer_fields: Vec<FormField>,
    /// The form fields that addresses have.
    address_fields: Vec<FormField>,
    channels: Vec<i64>,
    attributes: HashMap<i64, Type>,
}

/// A row is not in memory.
#[derive(Clone, Copy, Debug)]
pub struct NotHere;

/// What memory knows of one customer.
#[derive(Debug)]
pub enum Known {
    /// Its row.
    Row(Arc<Row>),
    /// That it is there; its row is not.
    There,
    /// That it does not exist.
    Absent,
}

impl Memory {
    /// Knows nothing yet. `budget` bounds the rows that are kept, in bytes.
    #[must_use]
    pub fn new(budget: usize) -> Memory {
        Memory { budget, ..Memory::default() }
    }

    /// The most that rows may take, in bytes.
    #[must_use]
    pub fn budget(&self) -> usize {
        self.budget
    }

    /// Reads what must always be known from the database.
    pub(crate) async fn load(db: &mut SqliteConnection, budget: usize) -> Result<Memory, sqlx::Error> {
        let mut memory = Memory::new(budget);
        // None of these statements is kept: they are asked once, and there may be hundreds of stores.
        // Runs of ids without gaps: a million rows are a handful of these.
        let runs = "select min(id) as first, max(id) as last from \
                    (select id, id - row_number() over (order by id) as run from customers) group by run";
        for run in sqlx::query(runs).persistent(false).fetch_all(&mut *db).await? {
            memory.ids.insert_range(as_id(run.try_get("first")?)..=as_id(run.try_get("last")?));
        }
        memory.groups = groups(db).await?;
        for (owner, field) in form_fields::all(&mut *db).await? {
            match owner {
                Owner::Customer => memory.customer_fields.push(field),
                Owner::Address => memory.address_fields.push(field),
            }
        }
        let channels = sqlx::query_scalar("select id from channels order by id").persistent(false);
        memory.channels = channels.fetch_all(&mut *db).await?;
        memory.attributes = rows::types(db).await?;
        Ok(memory)
    }

    /// One customer.
    #[must_use]
    pub fn customer(&self, id: i64) -> Known {
        let Ok(id) = u32::try_from(id) else { return Known::Absent };
        match self.rows.get(&id) {
            Some(row) => Known::Row(used(row).clone()),
            None if self.ids.contains(id) => Known::There,
            None => Known::Absent,
        }
    }

    /// How many customers there are.
    #[must_use]
    pub fn count(&self) -> i64 {
        i64::try_from(self.ids.len()).unwrap_or(i64::MAX)
    }

    /// These customers, if all of them are here.
    ///
    /// # Errors
    /// Then their rows must be fetched.
    pub fn rows(&self, ids: &[i64]) -> Result<Vec<&Row>, NotHere> {
        let row = |id: &i64| self.rows.get(&as_id(*id)).map(|row| &**used(row)).ok_or(NotHere);
        ids.iter().map(row).collect()
    }

    /// The ids of the customers of one page of the list in the order of the ids; those before a cursor backwards.
    #[must_use]
    pub fn page_ids(&self, page: &Page) -> Vec<i64> {
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        match &page.start {
            Start::Offset(offset) => {
                let first = u32::try_from(*offset).ok().and_then(|offset| self.ids.select(offset));
                let ids = first.map(|first| self.ids.range(first..).take(limit).map(i64::from).collect());
                ids.unwrap_or_default()
            }
            Start::After(cursor) => {
                let first = u32::try_from(cursor.id.saturating_add(1).max(0));
                let ids = first.map(|first| self.ids.range(first..).take(limit).map(i64::from).collect());
                ids.unwrap_or_default()
            }
            Start::Before(cursor) => {
                let end = u32::try_from(cursor.id.max(0)).unwrap_or(u32::MAX);
                self.ids.range(..end).rev().take(limit).map(i64::from).collect()
            }
        }
    }

    /// Whether there is such a group.
    #[must_use]
    pub fn has_group(&self, id: i64) -> bool {
        self.groups.ids.contains(&id)
    }

    /// The group of customers that sign up on a channel and are created without one; 0 is none.
    #[must_use]
    pub fn default_group(&self, channel_id: i64) -> i64 {
        self.groups.of_channels.get(&channel_id).copied().or(self.groups.default).unwrap_or(0)
    }

    /// The form fields of customers.
    #[must_use]
    pub fn customer_fields(&self) -> &[FormField] {
        &self.customer_fields
    }

    /// The form fields of addresses.
    #[must_use]
    pub fn address_fields(&self) -> &[FormField] {
        &self.address_fields
    }

    /// The ids of the channels.
    #[must_use]
    pub fn channels(&self) -> &[i64] {
        &self.channels
    }

    /// What the values of an attribute are, if there is such an attribute.
    #[must_use]
    pub fn attribute(&self, id: i64) -> Option<Type> {
        self.attributes.get(&id).copied()
    }

    /// How many attributes there are.
    #[must_use]
    pub fn count_attributes(&self) -> usize {
        self.attributes.len()
    }

    /// Takes over what was committed.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::Put(row) => {
                self.ids.insert(as_id(row.id));
                self.keep(row);
            }
            Change::Fetched(row) => self.keep(row),
            Change::Remove(gone) => {
                for id in &gone {
                    if let Some(row) = self.rows.remove(&id) {
                        self.bytes -= row.weight();
                    }
                }
                self.ids -= gone;
            }
            Change::Clear => {
                self.ids.clear();
                self.forget_rows();
            }
            Change::ForgetRows => self.forget_rows(),
            Change::Addresses(customer_id) => {
                if let Some(row) = self.rows.get(&as_id(customer_id)).filter(|row| row.addresses.is_some()) {
                    let without = row.with_addresses(None);
                    self.keep(without.into());
                }
            }
            Change::Attributes(attributes) => self.attributes = attributes,
            Change::Loaded(memory) => *self = *memory,
            Change::Groups(groups) => self.groups = groups,
        }
    }

    fn forget_rows(&mut self) {
        self.rows.clear();
        self.order.clear();
        self.bytes = 0;
    }

    /// Keeps a row and lets others go until all fit: the oldest first, but those that were used get a second chance.
    fn keep(&mut self, row: Arc<Row>) {
        let id = as_id(row.id);
        self.bytes += row.weight();
        match self.rows.insert(id, row) {
            Some(old) => self.bytes -= old.weight(),
            None => self.order.push_back(id),
        }
        while self.bytes > self.budget {
            let Some(id) = self.order.pop_front() else { return };
            match self.rows.get(&id) {
                Some(row) if row.used.swap(false, Ordering::Relaxed) => self.order.push_back(id),
                Some(_) => {
                    if let Some(row) = self.rows.remove(&id) {
                        self.bytes -= row.weight();
                    }
                }
                None => {}
            }
        }
    }
}

/// The groups there are, and which of them new customers come into.
pub(in crate::model) async fn groups(db: &mut SqliteConnection) -> Result<Groups, sqlx::Error> {
    let rows = sqlx::query("select id, is_default from customer_groups")
        .persistent(false)
        .fetch_all(&mut *db)
        .await?;
    let mut groups = Groups::default();
    for row in rows {
        let id = row.try_get("id")?;
        groups.ids.insert(id);
        if row.try_get("is_default")? {
            groups.default = Some(id);
        }
    }
    let of_channels = "select channel_id, default_customer_group_id from channel_settings \
                       where default_customer_group_id is not null";
    let of_channels = sqlx::query_as(of_channels).persistent(false).fetch_all(db).await?;
    groups.of_channels = of_channels.into_iter().collect();
    Ok(groups)
}

fn used(row: &Arc<Row>) -> &Arc<Row> {
    // Written only when it changes, so that readers do not fight over the cache line.
    if !row.used.load(Ordering::Relaxed) {
        row.used.store(true, Ordering::Relaxed);
    }
    row
}

/// Spreads ids, which nobody chooses to do harm, over a table: one multiplication instead of `SipHash`.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, id: u32) {
        // 2^64 divided by the golden ratio; the table uses the upper and the lower bits.
        self.0 = (self.0 ^ u64::from(id)).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(26);
    }
}

/// An id that the database gave: it is positive and at most 2147483647 unless two billion rows were created.
fn as_id(id: i64) -> u32 {
    u32::try_from(id).unwrap_or(u32::MAX)
}
