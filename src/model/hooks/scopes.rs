//! Which scopes a webhook may have: those of the vendor's documents, and wildcards over them.

/// What there is below `store/`, each with what happens to it. From the documents of 2026. `{id}` is a channel's.
const SCOPES: &[(&str, &str)] = &[
    ("app", "uninstalled"),
    ("brand/metafield", "created updated deleted"),
    ("cart", "created updated deleted couponApplied abandoned converted"),
    ("cart/lineItem", "created updated deleted"),
    ("cart/metafield", "created updated deleted"),
    ("category", "created updated deleted"),
    ("category/metafield", "created updated deleted"),
    ("channel", "created updated"),
    ("channel/metafield", "created updated deleted"),
    ("channel/{id}/cart", "created updated deleted couponApplied abandoned converted"),
    ("channel/{id}/cart/lineItem", "created updated deleted"),
    ("channel/{id}/category", "created updated deleted"),
    ("channel/{id}/category/product", "assigned unassigned"),
    ("channel/{id}/categoryTree", "updated"),
    ("channel/{id}/email/templates", "updated deleted"),
    (
        "channel/{id}/inventory/product",
        "stock_changed low_stock_reached out_of_stock_reached settings_changed",
    ),
    ("channel/{id}/notifications/abandonedCart", "updated"),
    ("channel/{id}/notifications/inventory", "updated"),
    ("channel/{id}/order", "created updated archived statusUpdated"),
    ("channel/{id}/order/message", "created"),
    ("channel/{id}/order/refund", "created"),
    ("channel/{id}/page", "created updated"),
    ("channel/{id}/product", "assigned unassigned"),
    ("channel/{id}/script", "created updated"),
    ("channel/{id}/settings/SEO", "updated"),
    ("channel/{id}/settings/catalog", "updated"),
    ("channel/{id}/settings/category", "updated"),
    ("channel/{id}/settings/checkout", "updated"),
    ("channel/{id}/settings/currency", "updated"),
    ("channel/{id}/settings/customerPrivacy", "updated"),
    ("channel/{id}/settings/defaultCustomerGroup", "updated"),
    ("channel/{id}/settings/emailStatus", "updated deleted"),
    ("channel/{id}/settings/favicon/image", "updated"),
    ("channel/{id}/settings/locale", "added updated deleted"),
    ("channel/{id}/settings/logo", "updated"),
    ("channel/{id}/settings/logo/image", "updated"),
    ("channel/{id}/settings/product", "updated"),
    ("channel/{id}/settings/profile", "updated"),
    ("channel/{id}/settings/robots", "updated"),
    ("channel/{id}/settings/route", "updated"),
    ("channel/{id}/settings/searchContextFilters", "updated"),
    ("channel/{id}/settings/security", "updated"),
    ("channel/{id}/settings/site", "updated"),
    ("channel/{id}/settings/site/checkoutUrl", "updated deleted"),
    ("channel/{id}/socialMediaLinks", "updated"),
    ("channel/{id}/theme/configuration", "created activated"),
    ("company", "created updated deleted statusUpdated"),
    ("company/address", "created updated deleted"),
    ("company/superadmin", "assignmentUpdated"),
    ("company/user", "created updated deleted"),
    ("customer", "created updated deleted"),
    ("customer/address", "created updated deleted"),
    ("customer/channel/login/access", "updated"),
    ("customer/payment/instrument/default", "updated"),
    ("hook", "deliveryException"),
    ("information", "updated"),
    ("inventory/location", "created updated"),
    ("inventory/location/metafield", "created updated deleted"),
    ("metafield", "created updated deleted"),
    ("modifier", "updated"),
    ("option", "updated"),
    ("order", "created updated archived statusUpdated"),
    ("order/message", "created"),
    ("order/metafield", "created updated deleted"),
    ("order/refund", "created"),
    ("order/transaction", "created updated"),
    ("priceList", "created updated activated deactivated deleted"),
    ("priceList/assignment", "updated deleted"),
    ("priceList/record", "created updated deleted"),
    ("priceList/records", "created updated deleted"),
    ("priceLists", "deleted"),
    ("product", "created updated deleted"),
    ("product/inventory", "updated"),
    ("product/inventory/order", "updated"),
    ("product/metafield", "created updated deleted"),
    ("product/variant/metafield", "created updated deleted"),
    ("shipment", "created updated deleted"),
    ("sku", "created updated deleted"),
    ("sku/inventory", "updated"),
    ("sku/inventory/order", "updated"),
    ("subscriber", "created updated deleted"),
    ("superadmin", "created updated deleted assignmentUpdated"),
];

/// Whether a webhook may have this scope: a documented one, or one whose last segment or whose channel is `*`.
pub(super) fn is_known(scope: &str) -> bool {
    let Some(wanted) = scope.strip_prefix("store/") else { return false };
    SCOPES.iter().any(|(of, happens)| {
        happens.split(' ').any(|last| covers(wanted, of.split('/').chain(std::iter::once(last))))
    })
}

/// Whether a scope is this documented one, or a wildcard over it. Assumed: `*` at the end stands for all that is below.
fn covers<'a>(wanted: &str, documented: impl Iterator<Item = &'a str>) -> bool {
    let (mut wanted, mut documented) = (wanted.split('/').peekable(), documented.peekable());
    while let Some(part) = wanted.next() {
        let is_last = wanted.peek().is_none();
        match documented.next() {
            Some(_) if part == "*" && is_last => return true,
            Some("{id}") if part == "*" || is_number(part) => {}
            Some(known) if known == part && known != "{id}" => {}
            _ => return false,
        }
    }
    documented.peek().is_none()
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documented_scopes_and_wildcards_over_them_are_known() {
        for scope in [
            "store/customer/created",
            "store/customer/*",
            "store/customer/address/*",
            "store/customer/channel/login/access/updated",
            "store/customer/payment/instrument/default/updated",
            "store/cart/lineItem/*",
            "store/channel/*",
            "store/channel/1/settings/*",
            "store/channel/*/inventory/product/stock_changed",
            "store/channel/7/cart/created",
            "store/channel/*/cart/*",
            "store/app/uninstalled",
            "store/*",
        ] {
            assert!(is_known(scope), "{scope}");
        }
        for scope in [
            "",
            "*",
            "store",
            "store/",
            "store/customer",
            "store/customer/",
            "store/customer/Created",
            "store/customer/created/",
            "store/customer/created/*",
            "store/customer/metafield/created",
            "store/*/created",
            "store/channel/x/cart/created",
            "store/channel/1",
            "store/channel/{id}/cart/created",
            "store/customers/*",
            "shop/customer/created",
        ] {
            assert!(!is_known(scope), "{scope}");
        }
    }
}
