create table addresses (
    id           integer primary key autoincrement,
    customer_id  integer not null references customers (id) on delete cascade,
    first_name   text    not null,
    last_name    text    not null,
    company      text    not null default '',
    street_1     text    not null,
    street_2     text    not null default '',
    city         text    not null,
    state        text    not null default '',
    zip          text    not null default '',
    -- The English name, and the ISO 3166-1 code that follows from it.
    country      text    not null,
    country_iso2 text    not null,
    phone        text    not null default '',
    address_type text    not null default 'residential' check (address_type in ('residential', 'commercial'))
) strict;

create index addresses_customer on addresses (customer_id, id);
