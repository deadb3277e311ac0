//! Every operation of the API, declared once. The router, the OpenAPI documents, the titles of V3's refusals, the scope
//! that a token needs, deprecations and the tables of the README come from here.

use std::sync::LazyLock;

use matchit::Router;

use crate::access::Wanted;
use crate::fields::Dialect::{self, V2, V3};

/// One thing that a client can ask of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operation {
    /// The version that has it.
    pub dialect: Dialect,
    /// Its id in the version's OpenAPI document: `createCustomers`.
    pub id: &'static str,
    /// Its method, in capitals.
    pub method: &'static str,
    /// Its path below the mounts.
    pub path: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What V3 calls it when it refuses a body.
    pub title: Option<Title>,
    /// In which words it refuses.
    pub voice: Voice,
    /// What a token must be for.
    pub wanted: Wanted,
    /// How many of it the service carries out at once for a store. Documented.
    pub concurrency: Option<usize>,
    /// Whether the service would rather not be asked for it.
    pub is_deprecated: bool,
    /// Whether only tokens may ask for it: `/api/v2` does not have it.
    pub is_for_tokens: bool,
}

/// `Create customers`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Title {
    /// `Create`
    pub verb: &'static str,
    /// `customers`
    pub noun: &'static str,
}

/// The ways to say that something is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// That of the version.
    Usual,
    /// That of metafields, which is unlike the rest of V3.
    Metafields,
    /// That of webhooks in V3.
    Hooks,
}

const fn operation(
    dialect: Dialect,
    (method, path): (&'static str, &'static str),
    id: &'static str,
    summary: &'static str,
) -> Operation {
    let wanted =
        if let b'G' = method.as_bytes()[0] { Wanted::ReadCustomers } else { Wanted::ModifyCustomers };
    Operation {
        dialect,
        id,
        method,
        path,
        summary,
        title: None,
        voice: Voice::Usual,
        wanted,
        concurrency: None,
        is_deprecated: false,
        is_for_tokens: false,
    }
}

const fn v2(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(V2, (method, path), id, summary)
}

const fn v3(method: &'static str, path: &'static str, id: &'static str, summary: &'static str) -> Operation {
    operation(V3, (method, path), id, summary)
}

impl Operation {
    const fn titled(mut self, verb: &'static str, noun: &'static str) -> Operation {
        self.title = Some(Title { verb, noun });
        self
    }

    const fn of_metafields(mut self) -> Operation {
        self.voice = Voice::Metafields;
        self
    }

    /// Documented: any token may, and nobody else.
    const fn of_hooks(mut self) -> Operation {
        self.voice = Voice::Hooks;
        self.is_for_tokens = true;
        self.wants(Wanted::Nothing)
    }

    const fn wants(mut self, wanted: Wanted) -> Operation {
        self.wanted = wanted;
        self
    }

    const fn at_once(mut self, most: usize) -> Operation {
        self.concurrency = Some(most);
        self
    }

    const fn deprecated(mut self) -> Operation {
        self.is_deprecated = true;
        self
    }

    /// What it is counted as where only so many are carried out at once. Assumed: all of groups together, on both
    /// mounts; the documents say "40 concurrent requests" of some of them.
    #[must_use]
    pub fn counted_as(&self) -> &'static str {
        if self.path.starts_with(GROUPS) { GROUPS } else { self.id }
    }

    /// The mounts that have it.
    #[must_use]
    pub fn mounts(&self) -> &'static [&'static str] {
        let mounts = mounts(self.dialect);
        if self.is_for_tokens { &mounts[..1] } else { mounts }
    }

    /// Its name among those of both versions: `v3.createCustomers`.
    #[must_use]
    pub fn name(&self) -> String {
        let version = match self.dialect {
            V2 => "v2",
            V3 => "v3",
        };
        format!("{version}.{}", self.id)
    }
}

const GROUPS: &str = "/customer_groups";
const V2_ADDRESSES: &str = "/customers/{customer_id}/addresses";
const V2_ADDRESS: &str = "/customers/{customer_id}/addresses/{address_id}";
const CHANNEL_SETTINGS: &str = "/customers/settings/channels/{channel_id}";
const METAFIELDS: &str = "/customers/{customer_id}/metafields";
const HOOK: &str = "/hooks/{hook_id}";
const METAFIELD: &str = "/customers/{customer_id}/metafields/{metafield_id}";

/// All of them, in the order in which documents list them.
#[rustfmt::skip]
pub static OPERATIONS: &[Operation] = &[
    v2("GET", "/customers", "listCustomers", "List customers, with filters and paging").deprecated(),
    v2("POST", "/customers", "createCustomer", "Create a customer").deprecated(),
    v2("DELETE", "/customers", "deleteCustomers", "Delete all customers that match; without filters, all of them").deprecated(),
    v2("GET", "/customers/count", "countCustomers", "Count customers, with the same filters").deprecated(),
    v2("GET", "/customers/{customer_id}", "getCustomer", "Read a customer").deprecated(),
    v2("PUT", "/customers/{customer_id}", "updateCustomer", "Change what is supplied of a customer").deprecated(),
    v2("DELETE", "/customers/{customer_id}", "deleteCustomer", "Delete a customer").deprecated(),
    v2("POST", "/customers/{customer_id}/validate", "validatePassword", "Check a password").deprecated(),

    v2("GET", V2_ADDRESSES, "listAddresses", "List the addresses of a customer, with paging").deprecated(),
    v2("POST", V2_ADDRESSES, "createAddress", "Create an address of a customer").deprecated(),
    v2("DELETE", V2_ADDRESSES, "deleteAddresses", "Delete all addresses of a customer").deprecated(),
    v2("GET", "/customers/{customer_id}/addresses/count", "countAddresses", "Count the addresses of a customer").deprecated(),
    v2("GET", V2_ADDRESS, "getAddress", "Read an address").deprecated(),
    v2("PUT", V2_ADDRESS, "updateAddress", "Change what is supplied of an address").deprecated(),
    v2("DELETE", V2_ADDRESS, "deleteAddress", "Delete an address").deprecated(),

    v2("GET", "/customer_groups", "listGroups", "List customer groups, with filters and paging").at_once(40),
    v2("POST", "/customer_groups", "createGroup", "Create a customer group").at_once(40),
    v2("DELETE", "/customer_groups", "deleteGroups", "Delete all groups that match; without filters, all of them").at_once(40),
    v2("GET", "/customer_groups/count", "countGroups", "Count customer groups, with the same filters").at_once(40),
    v2("GET", "/customer_groups/{group_id}", "getGroup", "Read a customer group").at_once(40),
    v2("PUT", "/customer_groups/{group_id}", "updateGroup", "Change what is supplied of a customer group; access and rules are replaced whole").at_once(40),
    v2("DELETE", "/customer_groups/{group_id}", "deleteGroup", "Delete a customer group; its members are in no group then").at_once(40),

    v2("GET", "/hooks", "listHooks", "List the webhooks of an API account; like all of webhooks for tokens alone").of_hooks(),
    v2("POST", "/hooks", "createHook", "Create a webhook").of_hooks(),
    v2("GET", HOOK, "getHook", "Read a webhook").of_hooks(),
    v2("PUT", HOOK, "updateHook", "Change what is supplied of a webhook").of_hooks(),
    v2("DELETE", HOOK, "deleteHook", "Delete a webhook, and show it once more").of_hooks(),

    v2("GET", "/store", "getStore", "What the store says of itself, from a seed or made up").wants(Wanted::ReadInformation),
    v2("GET", "/time", "getTime", "The server's time, used as a connection check").wants(Wanted::Nothing),

    v3("GET", "/customers", "listCustomers", "List customers, with filters, order, pages or cursors; `include` shows more"),
    v3("POST", "/customers", "createCustomers", "Create customers, with addresses and attributes").titled("Create", "customers"),
    v3("PUT", "/customers", "updateCustomers", "Change what is supplied of customers").titled("Update", "customers").at_once(3),
    v3("DELETE", "/customers", "deleteCustomers", "Delete the customers of `id:in`"),

    v3("GET", "/customers/addresses", "listAddresses", "List the addresses of all customers, with filters and paging"),
    v3("POST", "/customers/addresses", "createAddresses", "Create addresses; those that are there already are missing from the answer").titled("Create", "customer addresses").at_once(10),
    v3("PUT", "/customers/addresses", "updateAddresses", "Change what is supplied of addresses").titled("Update", "customer addresses").at_once(3),
    v3("DELETE", "/customers/addresses", "deleteAddresses", "Delete the addresses of `id:in`"),

    v3("GET", "/customers/attributes", "listAttributes", "List attributes, with filters and paging"),
    v3("POST", "/customers/attributes", "createAttributes", "Create attributes; a store has at most 50").titled("Create", "customer attributes").at_once(3),
    v3("PUT", "/customers/attributes", "updateAttributes", "Rename attributes").titled("Update", "customer attributes").at_once(3),
    v3("DELETE", "/customers/attributes", "deleteAttributes", "Delete the attributes of `id:in`, with their values"),

    v3("GET", "/customers/attribute-values", "listAttributeValues", "List the values that customers have of attributes"),
    v3("PUT", "/customers/attribute-values", "upsertAttributeValues", "Set values of attributes").titled("Set", "customer attribute values").at_once(3),
    v3("DELETE", "/customers/attribute-values", "deleteAttributeValues", "Delete the values of `id:in`"),

    v3("GET", "/customers/form-field-values", "listFormFieldValues", "List what customers and addresses answered to form fields"),
    v3("PUT", "/customers/form-field-values", "upsertFormFieldValues", "Set answers to form fields").titled("Set", "customer form field values").at_once(10).deprecated(),

    v3("POST", "/customers/validate-credentials", "validateCredentials", "Check an email and a password on a channel").titled("Validate", "customer credentials"),

    v3("GET", "/customers/settings", "getSettings", "Read the settings of the store"),
    v3("PUT", "/customers/settings", "updateSettings", "Change what is supplied of the settings of the store").titled("Update", "customer settings"),
    v3("GET", CHANNEL_SETTINGS, "getChannelSettings", "Read the settings of a channel; null is as the store has it"),
    v3("PUT", CHANNEL_SETTINGS, "updateChannelSettings", "Change what is supplied of the settings of a channel; null goes back to the store's").titled("Update", "customer settings per channel"),

    v3("GET", "/customers/{customer_id}/consent", "getConsent", "Read what a customer allows and denies"),
    v3("PUT", "/customers/{customer_id}/consent", "updateConsent", "Say what a customer allows and denies").titled("Update", "customer consent"),

    v3("GET", "/customers/{customer_id}/stored-instruments", "listStoredInstruments", "List the payment instruments of a customer, from a seed; a scope of its own").wants(Wanted::ReadStoredInstruments),

    v3("GET", "/channels", "listChannels", "List the channels of a seed; scopes of their own").wants(Wanted::ReadChannels),
    v3("GET", "/channels/{channel_id}", "getChannel", "Read a channel").wants(Wanted::ReadChannels),

    v3("GET", METAFIELDS, "listMetafieldsOfCustomer", "List the metafields of a customer").of_metafields(),
    v3("POST", METAFIELDS, "createMetafield", "Create a metafield of a customer").of_metafields(),
    v3("GET", METAFIELD, "getMetafield", "Read a metafield").of_metafields(),
    v3("PUT", METAFIELD, "updateMetafield", "Change what is supplied of a metafield").of_metafields(),
    v3("DELETE", METAFIELD, "deleteMetafield", "Delete a metafield").of_metafields(),
    v3("GET", "/customers/metafields", "listMetafields", "List the metafields of all customers").of_metafields(),
    v3("POST", "/customers/metafields", "createMetafields", "Create metafields; those that are good, whatever the others are").of_metafields(),
    v3("PUT", "/customers/metafields", "updateMetafields", "Change metafields; those that are good, whatever the others are").of_metafields(),
    v3("DELETE", "/customers/metafields", "deleteMetafields", "Delete metafields, by an array of ids").of_metafields(),

    v3("GET", "/hooks", "listHooks", "List the webhooks of an API account, with filters and paging").of_hooks(),
    v3("POST", "/hooks", "createHook", "Create a webhook: one object, no array").of_hooks().titled("Create", "webhook"),
    v3("GET", HOOK, "getHook", "Read a webhook").of_hooks(),
    v3("PUT", HOOK, "updateHook", "Change what is supplied of a webhook").of_hooks().titled("Update", "webhook"),
    v3("DELETE", HOOK, "deleteHook", "Delete a webhook, and show it once more").of_hooks(),
    v3("GET", "/hooks/admin", "getHooksAdmin", "Read whom to mail about webhooks, and how those of an API account fare").of_hooks(),
    v3("PUT", "/hooks/admin", "updateHooksAdmin", "Say whom to mail about webhooks").of_hooks().titled("Update", "webhook emails"),
];

/// The mounts of a version. Full paths: `nest` would rewrite each request's URI.
#[must_use]
pub const fn mounts(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::V2 => &["/stores/{store_hash}/v2", "/api/v2"],
        Dialect::V3 => &["/stores/{store_hash}/v3"],
    }
}

/// The place of an operation in [`OPERATIONS`].
#[must_use]
pub fn place(operation: &'static Operation) -> Option<usize> {
    OPERATIONS.iter().position(|known| std::ptr::eq(known, operation))
}

/// The operation of a version with this id.
#[must_use]
pub fn named(dialect: Dialect, id: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.dialect == dialect && operation.id == id)
}

/// The operations at one path, one for each method that it has.
type AtPath = Vec<&'static Operation>;

static V2_PATHS: LazyLock<Router<AtPath>> = LazyLock::new(|| paths(V2));
static V3_PATHS: LazyLock<Router<AtPath>> = LazyLock::new(|| paths(V3));

fn paths(dialect: Dialect) -> Router<AtPath> {
    let mut router = Router::new();
    let of_dialect = || OPERATIONS.iter().filter(|operation| operation.dialect == dialect);
    let mut known: Vec<&str> = of_dialect().map(|operation| operation.path).collect();
    known.sort_unstable();
    known.dedup();
    for path in known {
        let there = of_dialect().filter(|operation| operation.path == path).collect();
        router.insert(path, there).expect("the paths of a version can be told apart");
    }
    router
}

/// The operation that a request means, by its method and its tidy path below the mount. HEAD is GET.
#[must_use]
pub fn find(dialect: Dialect, method: &str, path: &str) -> Option<&'static Operation> {
    let paths = match dialect {
        V2 => &V2_PATHS,
        V3 => &V3_PATHS,
    };
    let method = if method == "HEAD" { "GET" } else { method };
    paths.at(path).ok()?.value.iter().find(|operation| operation.method == method).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operation_is_found_where_it_says_it_is() {
        for operation in OPERATIONS {
            let path: Vec<&str> = operation
                .path
                .split('/')
                .map(|part| if part.starts_with('{') { "1" } else { part })
                .collect();
            assert_eq!(find(operation.dialect, operation.method, &path.join("/")), Some(operation));
            assert_eq!(named(operation.dialect, operation.id), Some(operation), "ids are unique");
        }
        assert_eq!(find(V2, "HEAD", "/customers/count").unwrap().name(), "v2.countCustomers");
        for (method, path) in
            [("PATCH", "/customers"), ("GET", ""), ("GET", "/orders"), ("GET", "/customers/1/2")]
        {
            assert_eq!(find(V2, method, path), None, "{method} {path}");
        }
    }
}
