-- What apps keep with customers, whom nobody asks for: one may not exist.
create table metafields (
    id              integer primary key autoincrement,
    resource_id     integer not null,
    namespace       text    not null collate nocase,
    key             text    not null collate nocase,
    value           text    not null,
    permission_set  text    not null,
    description     text    not null default '',
    owner_client_id text    not null,
    date_created    integer not null,
    date_modified   integer not null
) strict;

-- Filters pass over case, names do not.
create unique index metafields_names
    on metafields (resource_id, namespace collate binary, key collate binary, owner_client_id);
