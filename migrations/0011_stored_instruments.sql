-- The ways to pay that customers keep, each customer's as one list in JSON: they are read whole and never searched.
create table stored_instruments (
    customer_id integer primary key references customers (id) on delete cascade,
    instruments text    not null
) strict;
