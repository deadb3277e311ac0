-- The fields that a store adds to customers and addresses. Defined by the seed, not by clients.
create table form_fields (
    id    integer primary key autoincrement,
    owner text    not null check (owner in ('customer', 'address')),
    name  text    not null,
    type  text    not null default 'text'
        check (type in ('checkboxes', 'date', 'multiline', 'numbers', 'password', 'radiobuttons', 'text', 'picklist')),
    -- A JSON array of text: what one chooses from, where one does.
    options text  not null default '[]',
    unique (owner, name)
) strict;

-- One answer belongs to a customer or to an address. A field without one shows as blank.
create table form_field_values (
    form_field_id integer not null references form_fields (id) on delete cascade,
    customer_id   integer references customers (id) on delete cascade,
    address_id    integer references addresses (id) on delete cascade,
    value         text    not null,
    check ((customer_id is null) <> (address_id is null))
) strict;

create unique index form_field_values_customer on form_field_values (customer_id, form_field_id) where customer_id is not null;
create unique index form_field_values_address on form_field_values (address_id, form_field_id) where address_id is not null;
