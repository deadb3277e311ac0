//! What is said in two places is the same in both.

use bigcommerce_mock::config::Cli;
use bigcommerce_mock::fields::Kind;
use bigcommerce_mock::model::customers;
use clap::CommandFactory;
use serde_json::json;

use crate::support::Mock;

#[tokio::test]
async fn the_keys_of_an_answer_are_the_fields_in_their_order() {
    let mock = Mock::new().await;
    mock.customer("s", json!({})).await;
    let shown = mock.get("/stores/s/v2/customers/1").await.json();
    let keys: Vec<&str> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    let written_only = |kind| matches!(kind, Kind::Object(_));
    let fields = customers::FIELDS.iter().filter(|field| !written_only(field.kind));
    assert_eq!(keys, fields.map(|field| field.name).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_14_documented_filters_are_those_of_the_fields() {
    let mock = Mock::new().await;
    let documented = [
        "first_name",
        "last_name",
        "company",
        "email",
        "phone",
        "store_credit",
        "customer_group_id",
        "min_id",
        "max_id",
        "min_date_created",
        "max_date_created",
        "min_date_modified",
        "max_date_modified",
        "tax_exempt_category",
    ];
    let mut declared = 0;
    for field in customers::FIELDS {
        declared += field.filters.len();
        for spelling in [field.name.to_owned(), format!("min_{}", field.name), format!("max_{}", field.name)]
        {
            let reply = mock.get(&format!("/stores/s/v2/customers?{spelling}=0")).await;
            let known = !reply.body.contains("not supported");
            assert_eq!(known, documented.contains(&&*spelling), "{spelling}");
        }
    }
    assert_eq!(declared, documented.len());
}

#[test]
fn the_readme_lists_every_setting_as_the_command_line_explains_it() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let command = Cli::command();
    for arg in command.get_arguments().filter(|arg| arg.get_long().is_some() && arg.get_env().is_some()) {
        let (flag, env) = (arg.get_long().unwrap(), arg.get_env().unwrap().to_str().unwrap());
        let row = readme.lines().find(|line| line.starts_with(&format!("| `--{flag}` | `{env}` |")));
        let help = arg.get_help().unwrap().to_string().replace(" [default: 2442]", "");
        assert!(row.is_some_and(|row| row.contains(&help)), "README: a row for --{flag}, {env}: {help}");
    }
}
