//! Switches between two readings of the documents, store by store.

use serde_json::json;

use crate::support::Mock;

const STORES: &str = "stores:
  reject: {settings: {limit_overflow: reject}}
  clamp: {settings: {limit_overflow: clamp}}
  batch: {settings: {delete_all: batch_of_100}}
  all: {settings: {delete_all: all}}
";

#[tokio::test]
async fn a_limit_over_the_largest_is_cut_or_refused() {
    let mock = Mock::seeded(STORES).await;
    for store in ["reject", "clamp", "unnamed"] {
        for i in 0..251 {
            mock.customer(store, json!({"email": format!("c{i}@example.com")})).await;
        }
        mock.address(store, 1, json!({})).await;
        mock.group(store, json!({"name": "A"})).await;
        for (list, length) in [("customers", 250), ("customers/1/addresses", 1), ("customer_groups", 1)] {
            let path = format!("/stores/{store}/v2/{list}");
            assert_eq!(mock.get(&format!("{path}?limit=250")).await.ids().len(), length);
            for limit in ["251", "9223372036854775807"] {
                let reply = mock.get(&format!("{path}?limit={limit}")).await;
                if store == "reject" {
                    let refusal =
                        r#"[{"status":413,"message":"The limit of this request is larger than 250."}]"#;
                    reply.assert(413, refusal);
                } else {
                    assert_eq!(reply.ids().len(), length, "{path}");
                }
            }
            mock.get(&format!("{path}?limit=x")).await.assert_error(400, "The field 'limit' is invalid.");
        }
        let count = mock.get(&format!("/stores/{store}/v2/customers/count?limit=251")).await;
        count.assert(200, r#"{"count":251}"#);
    }
    mock.delete("/stores/reject/v2/customers?limit=251").await.assert(204, "");
    mock.get("/stores/reject/v2/customers/count").await.assert(200, r#"{"count":151}"#);
}

#[tokio::test]
async fn a_bare_delete_takes_everything_or_a_hundred() {
    let mock = Mock::seeded(STORES).await;
    for (store, left) in [("batch", 150), ("all", 0), ("unnamed", 0)] {
        for i in 0..250 {
            let company = if i < 10 { "few" } else { "many" };
            mock.customer(store, json!({"email": format!("c{i}@example.com"), "company": company})).await;
        }
        mock.delete(&format!("/stores/{store}/v2/customers")).await.assert(204, "");
        let count = mock.get(&format!("/stores/{store}/v2/customers/count")).await;
        count.assert(200, &format!(r#"{{"count":{left}}}"#));
    }
    assert_eq!(mock.get("/stores/batch/v2/customers?limit=1").await.ids(), [101], "lowest ids first");
    mock.delete("/stores/batch/v2/customers?company=few").await.assert(204, "");
    mock.get("/stores/batch/v2/customers/count").await.assert(200, r#"{"count":150}"#);
    mock.delete("/stores/batch/v2/customers?company=many").await.assert(204, "");
    mock.get("/stores/batch/v2/customers/count").await.assert(200, r#"{"count":0}"#);
}

#[tokio::test]
async fn the_switch_is_for_customers_and_not_for_what_they_have() {
    let mock = Mock::seeded(STORES).await;
    mock.customer("batch", json!({})).await;
    for i in 0..101 {
        mock.address("batch", 1, json!({})).await;
        mock.group("batch", json!({"name": format!("g{i}")})).await;
    }
    for list in ["customers/1/addresses", "customer_groups"] {
        mock.delete(&format!("/stores/batch/v2/{list}")).await.assert(204, "");
        mock.get(&format!("/stores/batch/v2/{list}")).await.assert(204, "");
    }
}
