-- What webhooks tell, written in the transaction that it tells of. Old ones go; see model/events.rs.
create table events (
    id         integer primary key,
    created_at integer not null,
    scope      text    not null,
    -- The payload's `data`, as JSON.
    data       text    not null
) strict;
