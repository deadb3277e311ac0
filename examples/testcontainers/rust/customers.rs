// Compiled, not run: starting it needs a container engine. Rust 1.95, testcontainers 0.28.0: cargo test
use serde_json::{Value, json};
use testcontainers::core::wait::HealthWaitStrategy;
use testcontainers::core::{IntoContainerPort, WaitFor};
use testcontainers::runners::AsyncRunner;
use testcontainers::{GenericImage, ImageExt};

#[tokio::test]
async fn a_customer_is_found_by_email() -> Result<(), Box<dyn std::error::Error>> {
    let container = GenericImage::new("bigcommerce-mock", "latest")
        .with_exposed_port(2442.tcp())
        // The image has a health check.
        .with_wait_for(WaitFor::Healthcheck(HealthWaitStrategy::default()))
        .with_env_var("BCMOCK_SEED", "none")
        .with_env_var("BCMOCK_PASSWORD_HASHING", "fast")
        .start()
        .await?;
    let mock =
        format!("http://{}:{}", container.get_host().await?, container.get_host_port_ipv4(2442).await?);

    let http = reqwest::Client::new();
    let jane = json!({"first_name": "Jane", "last_name": "Doe", "email": "jane@example.com"});
    let store = json!({"seed": {"customers": [jane]}});
    let store: Value = http.post(format!("{mock}/_mock/stores")).json(&store).send().await?.json().await?;

    let (url, token) = (store["urls"]["v3"].as_str().unwrap(), store["token"].as_str().unwrap());
    let url = format!("{url}/customers?email:in=jane@example.com");
    let found: Value = http.get(url).header("X-Auth-Token", token).send().await?.json().await?;
    assert_eq!(found["data"][0]["id"], 1);
    Ok(())
}
