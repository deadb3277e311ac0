//! Addresses: what works, byte for byte.

use serde_json::json;

use crate::support::{Mock, Program, home};

const PATH: &str = "/stores/s/v2/customers/1/addresses";

const HOME: &str = concat!(
    r#"{"id":1,"customer_id":1,"first_name":"Jane","last_name":"Doe","company":"","#,
    r#""street_1":"123 Main Street","street_2":"","city":"Austin","state":"Texas","zip":"78726","#,
    r#""country":"United States","country_iso2":"US","phone":"123-345-7890","#,
    r#""address_type":"residential","form_fields":null}"#,
);

/// A server with Jane, who is customer 1 of store `s`.
async fn with_jane() -> Mock {
    let mock = Mock::new().await;
    assert_eq!(mock.customer("s", json!({})).await, 1);
    mock
}

#[tokio::test]
async fn a_new_address_is_answered_whole_with_its_path() {
    let mock = with_jane().await;
    let reply = mock.post(PATH, home()).await;
    reply.assert(201, HOME);
    assert_eq!(reply.header("location"), "/stores/s/v2/customers/1/addresses/1");
    assert_eq!(reply.header("content-type"), "application/json");
    mock.get(&format!("{PATH}/1")).await.assert(200, HOME);
    mock.get(PATH).await.assert(200, &format!("[{HOME}]"));
    mock.get(&format!("{PATH}/count")).await.assert(200, r#"{"count":1}"#);
}

#[tokio::test]
async fn the_basic_mount_leads_to_the_same_addresses() {
    let mock = Mock::new().await;
    mock.customer("demo", json!({})).await;
    let path = "/api/v2/customers/1/addresses";
    let reply = mock.post(&format!("{path}.json"), home()).await;
    reply.assert(201, HOME);
    assert_eq!(reply.header("location"), "/api/v2/customers/1/addresses/1");
    mock.get("/stores/demo/v2/customers/1/addresses/1").await.assert(200, HOME);
    mock.get(&format!("{path}/1.json")).await.assert(200, HOME);
    mock.get(&format!("{path}/count.json")).await.assert(200, r#"{"count":1}"#);
    let changed = mock.put(&format!("{path}/1"), r#"{"city":"Dallas"}"#).await;
    changed.assert(200, &HOME.replace("Austin", "Dallas"));
    mock.delete(&format!("{path}/1")).await.assert(204, "");
    mock.post(path, home()).await.assert(201, &HOME.replace(r#""id":1"#, r#""id":2"#));
    mock.delete(path).await.assert(204, "");
    mock.get(path).await.assert(204, "");
}

#[tokio::test]
async fn the_link_of_a_customer_leads_to_its_addresses_on_both_mounts() {
    let mock = Mock::new().await;
    mock.customer("demo", json!({})).await;
    mock.address("demo", 1, json!({})).await;
    for customer in ["/stores/demo/v2/customers/1", "/api/v2/customers/1"] {
        let shown = mock.get(customer).await.json();
        let link = shown["addresses"]["url"].as_str().unwrap();
        let path = link.strip_prefix("http://localhost:2442").unwrap();
        mock.get(path).await.assert(200, &format!("[{HOME}]"));
    }
}

#[tokio::test]
async fn every_writable_field_is_stored_as_sent() {
    let mock = with_jane().await;
    let body = json!({
        "customer_id": 1, "first_name": "Zoë ", "last_name": "O'Neil; drop table addresses", "company": " Acme",
        "street_1": "Hauptstraße 1", "street_2": "2. Stock", "city": "東京", "state": " ", "zip": "0 1",
        "country": "Germany", "phone": "+49 30", "address_type": "commercial",
    });
    let reply = mock.post(PATH, &body).await;
    assert_eq!(reply.status, 201, "{}", reply.body);
    let shown = reply.json();
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(&shown[name], value, "{name}");
    }
    assert_eq!(shown["country_iso2"], "DE");
    assert_eq!(mock.get(&format!("{PATH}/1")).await.body, reply.body);
}

#[tokio::test]
async fn an_update_changes_what_was_sent_and_nothing_else() {
    let mock = with_jane().await;
    mock.address("s", 1, json!({"company": "Acme"})).await;
    let before = HOME.replace(r#""company":"""#, r#""company":"Acme""#);
    let one = format!("{PATH}/1");
    mock.put(&one, "{}").await.assert(200, &before);
    mock.put(&one, r#"{"customer_id":1}"#).await.assert(200, &before);
    let after = before.replace("Austin", "Dallas").replace("residential", "commercial");
    mock.put(&one, r#"{"city":"Dallas","address_type":"commercial"}"#).await.assert(200, &after);
    let moved = after.replace(r#""United States","country_iso2":"US""#, r#""Canada","country_iso2":"CA""#);
    mock.put(&one, r#"{"country":"Canada"}"#).await.assert(200, &moved);
    let blanked = moved.replace(r#""company":"Acme""#, r#""company":"""#);
    mock.put(&one, r#"{"company":""}"#).await.assert(200, &blanked);
    mock.get(&one).await.assert(200, &blanked);
}

#[tokio::test]
async fn a_country_has_the_services_name_and_its_code_however_it_was_written() {
    let mock = with_jane().await;
    let id = mock.address("s", 1, json!({})).await;
    for (sent, shown, code) in [
        ("united states", "United States", "US"),
        ("United States of America", "United States", "US"),
        ("GERMANY", "Germany", "DE"),
        ("uniteD kingdoM", "United Kingdom", "GB"),
        ("Korea, Republic of", "Korea, Republic of", "KR"),
        ("Turkey", "Turkey", "TR"),
        ("Türkiye", "Turkey", "TR"),
        ("Côte d'Ivoire", "Cote D'Ivoire", "CI"),
        ("Åland Islands", "Aland Islands", "AX"),
    ] {
        let reply = mock.put(&format!("{PATH}/{id}"), json!({"country": sent})).await;
        let address = reply.json();
        assert_eq!((&address["country"], &address["country_iso2"]), (&json!(shown), &json!(code)), "{sent}");
        assert_eq!(mock.get(&format!("{PATH}/{id}")).await.body, reply.body);
    }
}

#[tokio::test]
async fn the_same_address_twice_is_two_addresses() {
    let mock = with_jane().await;
    mock.post(PATH, home()).await.assert(201, HOME);
    let second = HOME.replace(r#""id":1"#, r#""id":2"#);
    mock.post(PATH, home()).await.assert(201, &second);
    mock.get(PATH).await.assert(200, &format!("[{HOME},{second}]"));
}

#[tokio::test]
async fn no_addresses_are_204_and_their_count_is_0() {
    let mock = with_jane().await;
    mock.get(PATH).await.assert(204, "");
    mock.get(&format!("{PATH}/count")).await.assert(200, r#"{"count":0}"#);
    mock.delete(PATH).await.assert(204, "");
    mock.address("s", 1, json!({})).await;
    mock.get(&format!("{PATH}?page=2")).await.assert(204, "");
    mock.get(&format!("{PATH}?page=9223372036854775807&limit=250")).await.assert(204, "");
}

#[tokio::test]
async fn three_hundred_addresses_of_one_customer_are_paged_by_their_ids() {
    let mock = with_jane().await;
    assert_eq!(mock.customer("s", json!({"email": "joe@example.com"})).await, 2);
    for i in 0..300 {
        mock.address("s", 1, json!({"street_1": format!("{i} Main Street")})).await;
        if i % 100 == 0 {
            mock.address("s", 2, json!({})).await;
        }
    }
    // Joe's are 2, 103 and 204.
    let janes: Vec<i64> = (1..=303).filter(|id| ![2, 103, 204].contains(id)).collect();
    let ids = async |query: &str| mock.get(&format!("{PATH}{query}")).await.ids();
    assert_eq!(ids("").await, janes[..50]);
    assert_eq!(ids("?page=2").await, janes[50..100]);
    assert_eq!(ids("?Page=4&Limit=3").await, janes[9..12]);
    assert_eq!(ids("?limit=100000").await, janes[..250]);
    assert_eq!(ids("?limit=250&page=2").await, janes[250..]);
    mock.get(&format!("{PATH}?limit=250&page=3")).await.assert(204, "");
    mock.get(&format!("{PATH}/count?limit=1&page=9")).await.assert(200, r#"{"count":300}"#);
    assert_eq!(mock.get("/stores/s/v2/customers/2/addresses").await.ids(), [2, 103, 204]);
    mock.delete(&format!("{PATH}?limit=2")).await.assert(204, "");
    assert_eq!(ids("?limit=1").await, janes[2..3], "lowest ids first");
    mock.delete(&format!("{PATH}?limit=5000")).await.assert(204, "");
    mock.get(&format!("{PATH}/count")).await.assert(200, r#"{"count":198}"#);
    mock.delete(PATH).await.assert(204, "");
    mock.get(PATH).await.assert(204, "");
    assert_eq!(mock.get("/stores/s/v2/customers/2/addresses").await.ids(), [2, 103, 204]);
}

#[tokio::test]
async fn a_deleted_address_is_gone_and_its_id_is_never_used_again() {
    let mock = with_jane().await;
    mock.address("s", 1, json!({})).await;
    let reply = mock.delete(&format!("{PATH}/1")).await;
    reply.assert(204, "");
    assert_eq!(reply.header("content-length"), "");
    mock.get(&format!("{PATH}/1")).await.assert_error(404, "The requested resource was not found.");
    mock.delete(&format!("{PATH}/1")).await.assert_error(404, "The requested resource was not found.");
    assert_eq!(mock.address("s", 1, json!({})).await, 2);
    mock.delete(PATH).await.assert(204, "");
    assert_eq!(mock.address("s", 1, json!({})).await, 3);
}

#[tokio::test]
async fn addresses_go_with_their_customer_however_it_is_deleted() {
    let mock = with_jane().await;
    for (i, delete) in
        ["/customers/1", "/customers?min_id=2", "/customers?limit=1", "/customers"].into_iter().enumerate()
    {
        let customer = i64::try_from(i).unwrap() + 1;
        let address = mock.address("s", customer, json!({})).await;
        assert_eq!(address, customer, "no id is used again");
        mock.delete(&format!("/stores/s/v2{delete}")).await.assert(204, "");
        let path = format!("/stores/s/v2/customers/{customer}/addresses");
        for gone in [path.clone(), format!("{path}/count"), format!("{path}/{address}")] {
            mock.get(&gone).await.assert_error(404, "The requested resource was not found.");
        }
        assert_eq!(mock.customer("s", json!({})).await, customer + 1);
        mock.get(&format!("/stores/s/v2/customers/{}/addresses", customer + 1)).await.assert(204, "");
    }
}

#[tokio::test]
async fn head_answers_like_get_without_the_body() {
    let mock = with_jane().await;
    mock.address("s", 1, json!({})).await;
    for path in [PATH.to_owned(), format!("{PATH}/1"), format!("{PATH}/count")] {
        let (head, get) = (mock.call("HEAD", &path, &[], "").await, mock.get(&path).await);
        head.assert(200, "");
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
    }
    assert_eq!(mock.call("HEAD", &format!("{PATH}/9"), &[], "").await.status, 404);
}

#[test]
fn a_customer_is_not_modified_by_what_happens_to_its_addresses() {
    // With the real time: the customer of the demo was last modified long ago.
    let server = Program::start(&[]);
    let customer = "/stores/demo/v2/customers/1";
    let before = server.call("GET", customer, "");
    let addresses = format!("{customer}/addresses");
    let (status, created) = server.call("POST", &addresses, &home().to_string());
    assert_eq!(status, 201, "{created}");
    let id = serde_json::from_str::<serde_json::Value>(&created).unwrap()["id"].to_string();
    assert_eq!(server.call("PUT", &format!("{addresses}/{id}"), r#"{"city":"Dallas"}"#).0, 200);
    assert_eq!(server.call("DELETE", &format!("{addresses}/{id}"), "").0, 204);
    assert_eq!(server.call("DELETE", &addresses, "").0, 204);
    assert_eq!(server.call("GET", customer, ""), before);
}
