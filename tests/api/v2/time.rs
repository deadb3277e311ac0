use crate::support::Mock;

#[tokio::test]
async fn the_time_is_the_stores_and_needs_no_store() {
    let mock = Mock::new().await;
    mock.get("/stores/s/v2/time").await.assert(200, r#"{"time":1714980850}"#);
    mock.get("/api/v2/time.json").await.assert(200, r#"{"time":1714980850}"#);
    mock.call("GET", "/stores/s/v2/time", &[("x-auth-token", " ")], "")
        .await
        .assert(401, "X-Auth-Token header should have correct format");
}
