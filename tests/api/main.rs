//! The server from outside: in process through [`support::Mock`], as a program through [`support::Program`].
//! Folders and files are named after URLs and parts of the server.

#![expect(clippy::unwrap_used, reason = "a test that can not go on has failed")]
#![expect(clippy::needless_pass_by_value, reason = "helpers take `json!(…)` as it comes")]

mod agreement;
mod control;
mod copying;
mod dialects;
mod form_fields;
mod gateway;
mod generated;
mod hints;
mod hostile_bodies;
mod hosts;
mod isolation;
mod openapi;
mod panics;
mod program;
mod races;
mod recipes;
mod seed_schema;
mod strict;
mod support;
mod switches;
mod testing;
mod v2;
mod v3;
mod walls;
