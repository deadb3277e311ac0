//! The server from outside: in process through [`support::Mock`], as a program through [`support::Program`].
//! Folders and files are named after URLs and parts of the server.

mod agreement;
mod dialects;
mod gateway;
mod isolation;
mod panics;
mod program;
mod support;
mod v2;
