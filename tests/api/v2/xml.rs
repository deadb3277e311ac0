//! V2 in XML.

use serde_json::json;

use crate::support::{Mock, Reply};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

const JANE: &str = concat!(
    "<customer><id>1</id><company>A&amp;B &lt;i&gt;</company><first_name>Jane</first_name><last_name>Doe</last_name>",
    "<email>jane@example.com</email><phone/><form_fields/>",
    "<date_created>Mon, 06 May 2024 07:34:10 +0000</date_created>",
    "<date_modified>Mon, 06 May 2024 07:34:10 +0000</date_modified><store_credit>0.0000</store_credit>",
    "<registration_ip_address/><customer_group_id>0</customer_group_id><notes/><tax_exempt_category/>",
    "<reset_pass_on_login>false</reset_pass_on_login><accepts_marketing>false</accepts_marketing>",
    "<addresses><link>LINK</link><resource>/customers/1/addresses</resource></addresses></customer>",
);

#[track_caller]
fn assert_xml(reply: &Reply, status: u16, body: &str) {
    reply.assert(status, &format!("{HEAD}{body}\n"));
    assert_eq!(reply.header("content-type"), "application/xml");
    assert_eq!(reply.header("content-length"), reply.body.len().to_string());
    assert_eq!(reply.header("x-mock-hint"), "");
}

async fn jane() -> Mock {
    let mock = Mock::new().await;
    mock.customer("demo", json!({"company": "A&B <i>"})).await;
    mock
}

async fn asked(mock: &Mock, method: &str, path: &str, accept: &str, body: &str) -> Reply {
    let headers = [("accept", accept)];
    mock.call(method, path, if accept.is_empty() { &[] } else { &headers }, body).await
}

#[tokio::test]
async fn a_customer_and_a_list_are_elements_in_the_order_of_the_json() {
    let mock = jane().await;
    for (mount, link) in [
        ("/stores/demo/v2", "http://localhost:2442/stores/demo/v2/customers/1/addresses"),
        // So that who follows it gets XML again.
        ("/api/v2", "http://localhost:2442/api/v2/customers/1/addresses.xml"),
    ] {
        let one = JANE.replace("LINK", link);
        for (suffix, accept) in
            [("", "application/xml"), ("", "text/xml"), (".xml", ""), (".xml", "*/*"), (".xml/", "text/html")]
        {
            let reply = asked(&mock, "GET", &format!("{mount}/customers/1{suffix}"), accept, "").await;
            assert_xml(&reply, 200, &one);
            let path = format!("{mount}/customers{suffix}?email=jane@example.com");
            let list = asked(&mock, "GET", &path, accept, "").await;
            assert_xml(&list, 200, &format!("<customers>{one}</customers>"));
        }
    }
}

#[tokio::test]
async fn the_other_resources_are_named_after_themselves() {
    let mock = jane().await;
    mock.address("demo", 1, json!({"company": "x"})).await;
    let group = json!({
        "name": "Wholesale", "category_access": {"type": "specific", "categories": [18, 19]},
        "discount_rules": [{"type": "product", "product_id": 33, "method": "percent", "amount": 5}],
    });
    mock.group("demo", group).await;
    let address = "<address><id>1</id><customer_id>1</customer_id><first_name>Jane</first_name>\
        <last_name>Doe</last_name><company>x</company><street_1>123 Main Street</street_1><street_2/>\
        <city>Austin</city><state>Texas</state><zip>78726</zip><country>United States</country>\
        <country_iso2>US</country_iso2><phone>123-345-7890</phone><address_type>residential</address_type>\
        <form_fields/></address>";
    let group = "<customer_group><id>1</id><name>Wholesale</name><is_default>false</is_default>\
        <category_access><type>specific</type><categories><value>18</value><value>19</value></categories>\
        </category_access><discount_rules><discount_rule><type>product</type><product_id>33</product_id>\
        <method>percent</method><amount>5.0000</amount></discount_rule></discount_rules>\
        <date_created>2024-05-06 07:34:10</date_created><date_modified>2024-05-06 07:34:10</date_modified>\
        <is_group_for_guests>false</is_group_for_guests></customer_group>";
    for mount in ["/stores/demo/v2", "/api/v2"] {
        for (path, xml) in [
            ("/customers/1/addresses/1.xml", address.to_owned()),
            ("/customers/1/addresses.xml", format!("<addresses>{address}</addresses>")),
            ("/customers/1/addresses/count.xml", "<addresses><count>1</count></addresses>".to_owned()),
            ("/customer_groups/1.xml", group.to_owned()),
            ("/customer_groups.xml", format!("<customer_groups>{group}</customer_groups>")),
            ("/customers/count.xml", "<customers><count>1</count></customers>".to_owned()),
            ("/time.xml", "<time><time>1714980850</time></time>".to_owned()),
        ] {
            assert_xml(&mock.get(&format!("{mount}{path}")).await, 200, &xml);
        }
        let path = format!("{mount}/customers/1/validate.xml");
        let checked = mock.post(&path, json!({"password": "x"})).await;
        assert_xml(&checked, 200, "<customer><success>false</success></customer>");
    }
}

#[tokio::test]
async fn answers_to_form_fields_are_elements_of_their_own() {
    let mock = Mock::seeded("stores: {s: {form_fields: [{name: 'A < B', of: customer}]}}").await;
    mock.customer("s", json!({})).await;
    let reply = mock.get("/stores/s/v2/customers/1.xml").await;
    let fields =
        "<form_fields><form_field><name>A &lt; B</name><value/></form_field></form_fields><date_created>";
    assert!(reply.body.contains(fields), "{}", reply.body);
}

#[tokio::test]
async fn writes_are_json_and_answered_in_xml() {
    let mock = Mock::new().await;
    let body = r#"{"first_name":"J","last_name":"D","email":"j@example.com"}"#;
    let made = asked(&mock, "POST", "/stores/s/v2/customers", "application/xml", body).await;
    assert_eq!((made.status, made.header("location")), (201, "/stores/s/v2/customers/1"));
    assert!(made.body.starts_with(&format!("{HEAD}<customer><id>1</id>")), "{}", made.body);
    let xml = [("accept", "application/xml"), ("content-type", "application/xml")];
    let refused = mock.call("POST", "/stores/s/v2/customers", &xml, "<customer/>").await;
    let words = "The body of this request must be sent as application/json.";
    assert_xml(
        &refused,
        415,
        &format!("<errors><error><status>415</status><message>{words}</message></error></errors>"),
    );
    let gone = asked(&mock, "DELETE", "/stores/s/v2/customers/1", "application/xml", "").await;
    gone.assert(204, "");
}

#[tokio::test]
async fn errors_are_elements_too() {
    let mock = jane().await;
    let not_found = "<errors><error><status>404</status>\
        <message>The requested resource was not found.</message></error></errors>";
    let taken = "<errors><error><status>400</status><message>The field 'email' is invalid.</message><details>\
        <invalid_reason>This email address is already in use by a customer.</invalid_reason></details>\
        </error></errors>";
    let body = r#"{"first_name":"J","last_name":"D","email":"JANE@example.com"}"#;
    for mount in ["/stores/demo/v2", "/api/v2"] {
        assert_xml(&mock.get(&format!("{mount}/customers/9.xml")).await, 404, not_found);
        assert_xml(&mock.post(&format!("{mount}/customers.xml"), body).await, 400, taken);
        let wrong = mock.call("PATCH", &format!("{mount}/customers.xml"), &[], "").await;
        assert!(wrong.body.contains("<status>405</status>") && !wrong.header("allow").is_empty());
    }
    let nowhere = mock.get("/api/v2/nothing.xml").await;
    assert!(nowhere.status == 404 && nowhere.body.contains(not_found), "{}", nowhere.body);
    let none = mock.call("GET", "/api/v2/customers.xml", &[("authorization", "")], "").await;
    assert_eq!((none.status, none.header("content-type")), (401, "application/xml"));
    assert!(none.body.contains("<error><status>401</status>"), "{}", none.body);
}

#[tokio::test]
async fn what_the_gateway_says_is_not_v2s() {
    let mock = Mock::seeded("stores: {s: {auth: strict}}").await;
    let xml = [("accept", "application/xml")];
    let unknown = mock.call("GET", "/stores/s/v2/customers", &xml, "").await;
    assert_eq!((unknown.status, unknown.header("content-type")), (401, "application/json"));
    let route = mock.call("GET", "/stores/s/v2/nothing", &xml, "").await;
    route.assert(404, "The route is not found, check the URL");
}

#[tokio::test]
async fn an_empty_list_is_204_all_the_same() {
    let mock = Mock::new().await;
    let reply = mock.get("/stores/s/v2/customers.xml").await;
    reply.assert(204, "");
    assert_eq!((reply.header("content-type"), reply.header("content-length")), ("", ""));
}

#[tokio::test]
async fn a_high_priority_wins_over_a_suffix_and_that_over_a_low_one() {
    let mock = jane().await;
    for (suffix, accept, form) in [
        (".xml", "application/json", "json"),
        (".xml", "application/json;q=0.9", "xml"),
        (".json", "application/xml", "json"),
        ("", "application/xml, application/json;q=0.9", "xml"),
        ("", "application/json, application/xml;q=0.9", "json"),
    ] {
        for mount in ["/stores/demo/v2", "/api/v2"] {
            let reply = asked(&mock, "GET", &format!("{mount}/customers{suffix}"), accept, "").await;
            assert_eq!(reply.header("content-type"), format!("application/{form}"), "{suffix} {accept}");
        }
    }
}

#[tokio::test]
async fn a_head_has_the_length_of_what_a_get_would_have() {
    let mock = jane().await;
    for path in ["/stores/demo/v2/customers.xml", "/api/v2/customers/9.xml"] {
        let (get, head) = (mock.get(path).await, mock.call("HEAD", path, &[], "").await);
        assert_eq!((head.status, head.body.as_str()), (get.status, ""));
        assert_eq!(head.header("content-length"), get.body.len().to_string());
        assert_eq!(head.header("content-type"), "application/xml");
    }
    let wrong = mock.call("HEAD", "/stores/demo/v2/customers/1/validate.xml", &[], "").await;
    assert_eq!(wrong.status, 405);
}

#[tokio::test]
async fn a_long_list_is_whole_and_can_be_compressed() {
    let mock = Mock::new().await;
    for i in 0..30 {
        let more = json!({"email": format!("{i}@example.com"), "notes": "é".repeat(3000)});
        mock.customer("s", more).await;
    }
    let plain = mock.get("/stores/s/v2/customers.xml?limit=250").await;
    assert_eq!(plain.body.matches("<customer>").count(), 30);
    assert_eq!(plain.body.matches('é').count(), 90_000);
    assert!(plain.body.ends_with("</customers>\n"));
    let gzip = [("accept-encoding", "gzip")];
    let packed = mock.call("GET", "/stores/s/v2/customers.xml?limit=250", &gzip, "").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert_eq!((packed.header("content-type"), packed.header("content-length")), ("application/xml", ""));
}

#[tokio::test]
async fn a_store_may_answer_xml_to_whoever_names_no_form() {
    let mock = jane().await;
    let path = "/_mock/stores/demo/settings";
    let host = [("content-type", "application/json")];
    let changed = mock.call("PATCH", path, &host, r#"{"v2_without_accept":"xml"}"#).await;
    assert_eq!(changed.json()["v2_without_accept"], "xml", "{}", changed.body);
    for (accept, form) in [("", "xml"), ("*/*", "xml"), ("application/json", "json")] {
        let reply = asked(&mock, "GET", "/stores/demo/v2/customers", accept, "").await;
        assert_eq!(reply.header("content-type"), format!("application/{form}"), "{accept}");
    }
    assert_eq!(mock.get("/stores/demo/v2/customers.json").await.header("content-type"), "application/json");
    assert_eq!(mock.get("/stores/demo/v3/customers").await.header("content-type"), "application/json");
}
