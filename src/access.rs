//! Who may come into which store. Read from the seed at each start and never stored.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, LazyLock};

use axum::http::Method;
use subtle::ConstantTimeEq;

/// What a token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Everything about customers.
    Customers,
    /// Reading about customers.
    CustomersReadOnly,
    /// Stored payment instruments.
    StoredInstruments,
    /// Reading stored payment instruments.
    StoredInstrumentsReadOnly,
}

/// Every scope, by the service's name for it.
pub const SCOPES: [(&str, Scope); 4] = [
    ("store_v2_customers", Scope::Customers),
    ("store_v2_customers_read_only", Scope::CustomersReadOnly),
    ("store_stored_payment_instruments", Scope::StoredInstruments),
    ("store_stored_payment_instruments_read_only", Scope::StoredInstrumentsReadOnly),
];

/// What a list does with a `limit` over the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LimitOverflow {
    /// Cuts it.
    #[default]
    Clamp,
    /// Refuses it, as the service's page of status codes says.
    Reject,
}

/// What a bulk delete without filters and limit takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeleteAll {
    /// Everything.
    #[default]
    All,
    /// A hundred, the other reading of the documents.
    BatchOf100,
}

/// A store's switches between two readings of the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the types say it")]
pub struct Switches {
    pub limit_overflow: LimitOverflow,
    pub delete_all: DeleteAll,
}

/// Who may come into one store.
#[derive(Clone, Default)]
pub struct Access {
    /// Whether only these tokens and credentials come in. A lenient store takes any.
    pub strict: bool,
    /// Tokens and what each is for.
    pub tokens: Vec<(String, Vec<Scope>)>,
    /// User names and passwords.
    pub basic: Vec<(String, String)>,
    /// How it reads the documents.
    pub switches: Switches,
}

/// Without the secrets.
impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access")
            .field("strict", &self.strict)
            .field("switches", &self.switches)
            .finish_non_exhaustive()
    }
}

/// Who may come into which store.
#[derive(Clone, Debug, Default)]
pub struct Accesses {
    /// The stores that the seed names.
    pub named: HashMap<Box<str>, Arc<Access>>,
    /// Whether a store that is neither named nor there already is refused.
    pub strict_stores: bool,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nobody knows it.
    Unknown,
    /// It is for something else, or for another store.
    Forbidden,
}

impl Accesses {
    /// The access of a store; lenient if the seed does not name it.
    #[must_use]
    pub fn of(&self, hash: &str) -> Arc<Access> {
        static LENIENT: LazyLock<Arc<Access>> = LazyLock::new(Arc::default);
        self.named.get(hash).unwrap_or(&*LENIENT).clone()
    }

    /// Looks a token up for a store. A lenient store takes any, also one that a strict store knows (assumed).
    ///
    /// # Errors
    /// Why it is refused.
    pub fn check_token(&self, hash: &str, token: &[u8], wanted: Wanted) -> Result<(), Refused> {
        let access = self.of(hash);
        if !access.strict {
            return Ok(());
        }
        let grants = |scopes: &[Scope]| {
            wanted == Wanted::Nothing || scopes.iter().any(|scope| wanted.is_met_by(*scope))
        };
        // Every token is compared, so that the time tells nothing about any of them.
        let mut refused = Err(Refused::Unknown);
        for (named, access) in &self.named {
            for (known, scopes) in &access.tokens {
                if bool::from(known.as_bytes().ct_eq(token)) {
                    let fits = **named == *hash && grants(scopes);
                    refused = if fits || refused.is_ok() { Ok(()) } else { Err(Refused::Forbidden) };
                }
            }
        }
        refused
    }
}

impl Access {
    /// Whether these Basic credentials come in.
    #[must_use]
    pub fn takes_basic(&self, user: &[u8], password: &[u8]) -> bool {
        let known = |(u, p): &(String, String)| u.as_bytes().ct_eq(user) & p.as_bytes().ct_eq(password);
        let any = self.basic.iter().map(known).fold(subtle::Choice::from(0), |any, one| any | one);
        !self.strict || bool::from(any)
    }
}

/// What a request needs its token to be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Any valid token will do.
    Nothing,
    /// To read about customers.
    ReadCustomers,
    /// To change customers.
    ModifyCustomers,
    /// To read stored payment instruments.
    ReadStoredInstruments,
}

impl Wanted {
    /// What a customer route wants for this method.
    #[must_use]
    pub fn of(method: &Method) -> Wanted {
        if *method == Method::GET || *method == Method::HEAD {
            Wanted::ReadCustomers
        } else {
            Wanted::ModifyCustomers
        }
    }

    fn is_met_by(self, scope: Scope) -> bool {
        match self {
            Wanted::Nothing => true,
            Wanted::ReadCustomers => matches!(scope, Scope::Customers | Scope::CustomersReadOnly),
            Wanted::ModifyCustomers => scope == Scope::Customers,
            Wanted::ReadStoredInstruments => {
                matches!(scope, Scope::StoredInstruments | Scope::StoredInstrumentsReadOnly)
            }
        }
    }
}
