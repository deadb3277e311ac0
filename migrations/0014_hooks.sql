-- Webhooks: what is told to whom. Each belongs to an API account, which alone sees it.
create table hooks (
    id          integer primary key autoincrement,
    client_id   text    not null,
    scope       text    not null,
    destination text    not null,
    -- What its callbacks carry besides, as a JSON object of text. Null is nothing.
    headers     text,
    is_active   integer not null default 1 check (is_active in (0, 1)),
    created_at  integer not null,
    updated_at  integer not null
) strict;

create unique index hooks_once on hooks (client_id, scope, destination);

-- Whom an API account wants mailed about its webhooks, as one list in JSON. No row: nobody.
create table hooks_admin (
    client_id text primary key,
    emails    text not null
) strict, without rowid;
