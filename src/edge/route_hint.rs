//! Hints for requests to no route.

use super::hint::{Asked, Kind};
use super::on_vendor_mount;
use crate::fields::Dialect::{self, V2, V3};
use crate::mount::{self, Family};
use crate::operations::{self, OPERATIONS};

/// What the service has besides, by how its path begins. From its documents; not all of it.
const NOT_EMULATED: [(Dialect, &[&str]); 2] = [
    (
        V2,
        &[
            "/orders",
            "/products",
            "/categories",
            "/brands",
            "/coupons",
            "/webhooks",
            "/shipping",
            "/payments",
            "/countries",
            "/banners",
            "/blog",
            "/gift_certificates",
            "/pages",
            "/redirects",
            "/tax_classes",
            "/currencies",
            "/order_statuses",
            "/options",
            "/optionsets",
            "/subscribers",
        ],
    ),
    (
        V3,
        &[
            "/catalog",
            "/orders",
            "/carts",
            "/checkouts",
            "/pricelists",
            "/sites",
            "/content",
            "/customers/subscribers",
            "/payments",
            "/promotions",
            "/wishlists",
            "/themes",
            "/inventory",
            "/settings",
            "/storefront",
            "/tax",
            "/segments",
            "/shopper-profiles",
            "/subscribers",
            "/abandoned-carts",
            "/abandoned-cart-emails",
            "/marketing",
            "/redirects",
            "/shipping",
            "/currencies",
            "/gift-certificates",
        ],
    ),
];

/// The hint for a request to no route.
pub(super) fn of(asked: &Asked, default_store: &str) -> (Kind, String) {
    let path = asked.uri.path();
    match asked.family {
        Some(family) => of_mount(asked, family, path, default_store),
        None => of_no_mount(path, default_store),
    }
}

fn of_no_mount(path: &str, default_store: &str) -> (Kind, String) {
    let is_version = |rest: &str| rest.is_empty() || rest.starts_with('/');
    let below = path.strip_prefix("/api").unwrap_or(path);
    for version in ["/v2", "/v3"] {
        if let Some(rest) = below.strip_prefix(version).filter(|rest| is_version(rest)) {
            let text = format!("the path lacks its store; use /stores/{default_store}{version}{rest}");
            return (Kind::NoStore, text);
        }
    }
    for (dialect, version) in [(V3, "v3"), (V2, "v2")] {
        if operations::find(dialect, "GET", path).is_some() && path != "/time" {
            let text =
                format!("the path lacks its store and version; use /stores/{default_store}/{version}{path}");
            return (Kind::NoStore, text);
        }
    }
    let hash = path.strip_prefix("/stores/").and_then(|rest| rest.split('/').next());
    let text = match hash {
        Some(hash) if !mount::is_hash(hash) => {
            "this can be no store hash; use 1 to 64 letters, digits, - or _".to_owned()
        }
        _ if on_vendor_mount(path) => {
            "a store's paths have a version; use /stores/{hash}/v2, /stores/{hash}/v3 or /api/v2".to_owned()
        }
        _ => "no such route; the nearest are /stores/{hash}/v2, /stores/{hash}/v3 and /api/v2".to_owned(),
    };
    (Kind::UnknownRoute, text)
}

fn of_mount(asked: &Asked, family: Family, path: &str, default_store: &str) -> (Kind, String) {
    let below = mount::below(family, path);
    let mount = &path[..path.len() - below.len()];
    // Where the paths of a version are.
    let at = |dialect: Dialect| match (family, dialect) {
        (Family::BasicV2, V2) => "/api/v2".to_owned(),
        (Family::BasicV2, V3) => format!("/stores/{default_store}/v3"),
        (_, V2) => format!("{}v2", &mount[..mount.len() - 2]),
        (_, V3) => format!("{}v3", &mount[..mount.len() - 2]),
    };
    for (dialect, version) in [(V2, "/v2"), (V3, "/v3")] {
        let rest = below.strip_prefix(version).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        if let Some(rest) = rest {
            let text = format!("the path has a version twice; use {}{rest}", at(dialect));
            return (Kind::DoubledVersion, text);
        }
    }
    let dialect = family.dialect();
    let found = |method: &str| operations::find(dialect, method, below);
    let is_for_tokens = |method: &str| found(method).is_some_and(|operation| operation.is_for_tokens);
    if family == Family::BasicV2 && ["GET", "PUT"].into_iter().any(is_for_tokens) {
        let text = format!("only tokens open this; use /stores/{default_store}/v2{below}");
        return (Kind::UnknownRoute, text);
    }
    let has = |method: &&str| found(method).is_some();
    let methods: Vec<&str> = ["GET", "POST", "PUT", "DELETE"].into_iter().filter(has).collect();
    let (version, other, others) = match dialect {
        V2 => ("V2", V3, "V3"),
        V3 => ("V3", V2, "V2"),
    };
    if !methods.is_empty() {
        let text = format!("{version} has no {} here; use {}", asked.method, methods.join(", "));
        return (Kind::UnknownRoute, text);
    }
    let is_under = |prefix: &&&str| {
        below.strip_prefix(**prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let prefixes = NOT_EMULATED.iter().filter(|(of, _)| *of == dialect);
    if let Some(prefix) = prefixes.flat_map(|(_, prefixes)| *prefixes).find(is_under) {
        let text = format!(
            "BigCommerce has {prefix} in {version}, but bigcommerce-mock does not emulate it; stub it elsewhere"
        );
        return (Kind::NotEmulated, text);
    }
    let id = below.strip_prefix("/customers/").filter(|id| id.bytes().all(|b| b.is_ascii_digit()));
    if let (V3, Some(id)) = (dialect, id) {
        let text = match asked.method.as_str() {
            "PUT" => {
                format!("V3 has no path of one customer; use PUT {mount}/customers with [ ] and the id in it")
            }
            method => format!("V3 has no path of one customer; use {method} {mount}/customers?id:in={id}"),
        };
        return (Kind::UnknownRoute, text);
    }
    if operations::find(other, asked.method.as_str(), below).is_some() {
        let text = format!("only {others} has this; use {}{below}", at(other));
        return (Kind::UnknownRoute, text);
    }
    let near = nearest(dialect, asked.method.as_str(), below);
    let near: Vec<String> =
        near.into_iter().map(|(method, path)| format!("{method} {mount}{path}")).collect();
    (Kind::UnknownRoute, format!("no such route; the nearest are {}", near.join(", ")))
}

/// Up to three routes that are most like this one.
fn nearest(dialect: Dialect, method: &str, path: &str) -> Vec<(&'static str, &'static str)> {
    let plain = |path: &str, is_id: fn(&str) -> bool| {
        let parts = path.split('/').map(|part| if is_id(part) { "{}" } else { part });
        parts.collect::<Vec<_>>().join("/")
    };
    let meant = plain(path, |part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    let mut near: Vec<(f64, &str, &str)> = OPERATIONS
        .iter()
        .filter(|known| known.dialect == dialect)
        .map(|known| {
            let likeness = strsim::normalized_damerau_levenshtein(
                &meant,
                &plain(known.path, |part| part.starts_with('{')),
            );
            let of_method = if known.method == method { 0.01 } else { 0.0 };
            (likeness + of_method, known.method, known.path)
        })
        .collect();
    near.sort_by(|(a, ..), (b, ..)| b.total_cmp(a));
    let mut found: Vec<(&str, &str)> = Vec::new();
    for (_, method, path) in near {
        if found.len() < 3 && found.iter().all(|(_, known)| *known != path) {
            found.push((method, path));
        }
    }
    found
}
