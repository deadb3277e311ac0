//! Who may come into a store.

use std::collections::HashMap;
use std::fmt;

use axum::http::HeaderMap;
use blake2::{Blake2s256, Digest as _};
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
    /// What the store says of itself.
    Information,
    /// Reading what the store says of itself.
    InformationReadOnly,
    /// Channels and their settings.
    ChannelSettings,
    /// Reading channels and their settings.
    ChannelSettingsReadOnly,
    /// What channels list.
    ChannelListings,
    /// Reading what channels list.
    ChannelListingsReadOnly,
}

/// Every scope, by the service's name for it.
pub const SCOPES: [(&str, Scope); 10] = [
    ("store_v2_customers", Scope::Customers),
    ("store_v2_customers_read_only", Scope::CustomersReadOnly),
    ("store_stored_payment_instruments", Scope::StoredInstruments),
    ("store_stored_payment_instruments_read_only", Scope::StoredInstrumentsReadOnly),
    ("store_v2_information", Scope::Information),
    ("store_v2_information_read_only", Scope::InformationReadOnly),
    ("store_channel_settings", Scope::ChannelSettings),
    ("store_channel_settings_read_only", Scope::ChannelSettingsReadOnly),
    ("store_channel_listings", Scope::ChannelListings),
    ("store_channel_listings_read_only", Scope::ChannelListingsReadOnly),
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

/// What V2 answers to a client that names no form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WithoutAccept {
    /// JSON, with a hint that it is not what the service does.
    #[default]
    Json,
    /// XML, as the service does.
    Xml,
}

/// Whether addresses of V3 must name a state that there is, where the service knows the states of the country.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddressStates {
    /// They must, as with the service.
    #[default]
    Check,
    /// They may name anything.
    Free,
}

/// A store's switches between two readings of the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the types say it")]
pub struct Switches {
    pub limit_overflow: LimitOverflow,
    pub delete_all: DeleteAll,
    pub v2_without_accept: WithoutAccept,
    pub address_states: AddressStates,
}

/// A token that opens a store.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The secret.
    pub token: String,
    /// What it is for.
    pub scopes: Vec<Scope>,
    /// The API account that it belongs to, if that was named.
    pub client_id: Option<String>,
}

/// Assumed: the API account of a client, or of a seed, that does not say which it is. Of the service's form: 31 or 32
/// lower-case letters and digits.
pub const CLIENT_ID: &str = "bigcommercemock0client0id000000";

/// What stands for a token where tokens are looked up: nothing can be learned of a token from how long that takes.
pub type Digest = [u8; 32];

/// The digest of a token.
#[must_use]
pub fn digest(token: &[u8]) -> Digest {
    Blake2s256::digest(token).into()
}

/// The tokens of a store, found by their digests. Of one that is listed twice the first counts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    list: Vec<Token>,
    by_digest: HashMap<Digest, usize>,
}

impl From<Vec<Token>> for Tokens {
    fn from(list: Vec<Token>) -> Tokens {
        let by_digest = list.iter().enumerate().rev().map(|(i, token)| (digest(token.token.as_bytes()), i));
        Tokens { by_digest: by_digest.collect(), list }
    }
}

impl Tokens {
    /// The tokens in the order in which they were given.
    #[must_use]
    pub fn as_slice(&self) -> &[Token] {
        &self.list
    }

    /// The digests of all of them.
    pub fn digests(&self) -> impl Iterator<Item = &Digest> {
        self.by_digest.keys()
    }

    fn find(&self, digest: &Digest) -> Option<&Token> {
        self.by_digest.get(digest).map(|i| &self.list[*i])
    }
}

/// Who may come into one store.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Whether only these tokens and credentials come in. A lenient store takes any.
    pub strict: bool,
    /// Tokens and what each is for.
    pub tokens: Tokens,
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

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nobody knows it.
    Unknown,
    /// It is for something else, or for another store.
    Forbidden,
}

impl Access {
    /// Looks a token up. A lenient store takes any, also one that a strict store knows (assumed).
    ///
    /// # Errors
    /// Why it is refused. `opens_another` is asked whether some other store has it.
    pub fn check_token(
        &self,
        token: &[u8],
        wanted: Wanted,
        opens_another: impl FnOnce(&Digest) -> bool,
    ) -> Result<(), Refused> {
        if !self.strict {
            return Ok(());
        }
        let digest = digest(token);
        match self.tokens.find(&digest) {
            Some(_) if wanted == Wanted::Nothing => Ok(()),
            Some(token) if token.scopes.iter().any(|scope| wanted.is_met_by(*scope)) => Ok(()),
            Some(_) => Err(Refused::Forbidden),
            None if opens_another(&digest) => Err(Refused::Forbidden),
            None => Err(Refused::Unknown),
        }
    }
}

impl Access {
    /// The place of a request's token among those of the store.
    #[must_use]
    pub fn place_of_token(&self, headers: &HeaderMap) -> Option<usize> {
        // Most stores have none, and need not make a digest.
        if self.tokens.list.is_empty() {
            return None;
        }
        self.tokens.by_digest.get(&digest(headers.get("x-auth-token")?.as_bytes())).copied()
    }

    /// The API account behind a request: that of its token, if the store lists it with one.
    #[must_use]
    pub fn client_id(&self, headers: &HeaderMap) -> &str {
        let listed =
            self.place_of_token(headers).and_then(|place| self.tokens.list[place].client_id.as_deref());
        listed.unwrap_or(CLIENT_ID)
    }

    /// A token that opens the store for everything: `any` of a lenient one; of a strict one its first such token.
    #[must_use]
    pub fn full_token(&self) -> Option<&str> {
        if !self.strict {
            return Some("any");
        }
        let all = [Wanted::ModifyCustomers, Wanted::ReadStoredInstruments];
        let is_full = |token: &&Token| {
            all.iter().all(|wanted| token.scopes.iter().any(|scope| wanted.is_met_by(*scope)))
        };
        self.tokens.as_slice().iter().find(is_full).map(|token| token.token.as_str())
    }

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
    /// To read what the store says of itself.
    ReadInformation,
    /// To read channels.
    ReadChannels,
}

impl Wanted {
    fn is_met_by(self, scope: Scope) -> bool {
        match self {
            Wanted::Nothing => true,
            Wanted::ReadCustomers => matches!(scope, Scope::Customers | Scope::CustomersReadOnly),
            Wanted::ModifyCustomers => scope == Scope::Customers,
            // Assumed: connectors ask for it first, whatever their token is for.
            Wanted::ReadInformation => matches!(
                scope,
                Scope::Information | Scope::InformationReadOnly | Scope::Customers | Scope::CustomersReadOnly
            ),
            // Documented: either kind.
            Wanted::ReadChannels => matches!(
                scope,
                Scope::ChannelSettings
                    | Scope::ChannelSettingsReadOnly
                    | Scope::ChannelListings
                    | Scope::ChannelListingsReadOnly
            ),
            Wanted::ReadStoredInstruments => {
                matches!(scope, Scope::StoredInstruments | Scope::StoredInstrumentsReadOnly)
            }
        }
    }
}
