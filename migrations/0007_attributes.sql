-- What a store's apps note down about customers. The type never changes.
create table attributes (
    id            integer primary key autoincrement,
    name          text    not null collate nocase unique,
    type          text    not null check (type in ('string', 'number', 'date')),
    date_created  integer not null,
    date_modified integer not null
) strict;

create table attribute_values (
    id              integer primary key autoincrement,
    customer_id     integer not null references customers (id) on delete cascade,
    attribute_id    integer not null references attributes (id) on delete cascade,
    attribute_value text    not null,
    date_created    integer not null,
    date_modified   integer not null,
    unique (customer_id, attribute_id)
) strict;

create index attribute_values_attribute on attribute_values (attribute_id);
