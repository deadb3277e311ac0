-- One database is one store, so no table has a tenant column.
--
-- Times are Unix seconds, money is ten-thousandths, switches are 0 or 1: integers compare exactly.
-- Text that a filter reads is NOCASE: the service compares it without regard to (ASCII) case.

create table customers (
    -- AUTOINCREMENT: an id is never used twice, also after everything was deleted.
    id                      integer primary key autoincrement,
    company                 text    not null default '' collate nocase,
    first_name              text    not null collate nocase,
    last_name               text    not null collate nocase,
    email                   text    not null collate nocase unique,
    phone                   text    not null default '' collate nocase,
    date_created            integer not null,
    date_modified           integer not null,
    store_credit            integer not null default 0 check (store_credit >= 0),
    registration_ip_address text    not null default '',
    -- 0 is "no group".
    customer_group_id       integer not null default 0,
    notes                   text    not null default '',
    tax_exempt_category     text    not null default '' collate nocase,
    reset_pass_on_login     integer not null default 0 check (reset_pass_on_login in (0, 1)),
    accepts_marketing       integer not null default 0 check (accepts_marketing in (0, 1)),
    -- Where the customer signed up.
    origin_channel_id       integer not null default 1,
    -- A JSON array of the channels where the customer can log in. Null: all that allow global logins.
    channel_ids             text,
    -- An argon2 PHC string. Null: a generated password that nobody was told, so nothing matches it.
    password_hash           text
) strict;
