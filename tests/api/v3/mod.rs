mod channel_settings;
mod channels;
mod settings;
mod validate_credentials;
