//! A defect in one request is that request's trouble alone.

use axum::routing::get;
use bigcommerce_mock::app;
use bigcommerce_mock::edge::Edge;

use crate::support::Mock;

#[tokio::test]
async fn a_panic_is_a_500_in_the_dialect_of_the_mount_and_the_server_lives_on() {
    let mut mock = Mock::new().await;
    let broken = || get(async || -> &'static str { panic!("a secret of the inside") });
    let routes = app::routes(&mock.tenants, "demo")
        .route("/stores/{store_hash}/v2/broken", broken())
        .route("/api/v2/broken", broken());
    mock.edge = Edge::new(routes, mock.tenants.clone(), mock.options.clone());
    for path in ["/stores/s/v2/broken", "/api/v2/broken"] {
        mock.get(path).await.assert(500, r#"[{"status":500,"message":"An error has occurred."}]"#);
    }
    assert_eq!(mock.get("/stores/s/v2/customers").await.status, 204);
}
