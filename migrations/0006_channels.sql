-- The storefronts of a store. Defined by the seed, not by clients; the first one always exists.
create table channels (
    id   integer primary key autoincrement,
    name text    not null
) strict;

insert into channels (id, name) values (1, 'Storefront');

-- Where a customer signed up.
alter table customers add column origin_channel_id integer not null default 1;
-- A JSON array of the channels where the customer can log in. Null: all that allow global logins.
alter table customers add column channel_ids text;
