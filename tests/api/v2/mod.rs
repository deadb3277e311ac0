mod address_refusals;
mod addresses;
mod customers;
mod filters;
mod refusals;
mod time;
