create table customer_groups (
    id                  integer primary key autoincrement,
    name                text    not null collate nocase unique,
    -- New customers come into the default group, visitors without an account into the one for guests.
    is_default          integer not null default 0 check (is_default in (0, 1)),
    is_group_for_guests integer not null default 0 check (is_group_for_guests in (0, 1)),
    -- JSON, as model/customer_groups.rs reads it. Written and read whole, never searched.
    category_access     text    not null default '{"type":"all"}',
    discount_rules      text    not null default '[]',
    date_created        integer not null,
    date_modified       integer not null
) strict;

-- At most one of each.
create unique index customer_groups_default on customer_groups (is_default) where is_default = 1;
create unique index customer_groups_guests on customer_groups (is_group_for_guests) where is_group_for_guests = 1;
