-- The storefronts of a store. Defined by the seed, not by clients; the first one always exists.
create table channels (
    id   integer primary key autoincrement,
    name text    not null
) strict;

insert into channels (id, name) values (1, 'Storefront');
