mod customers;
mod filters;
mod refusals;
mod time;
