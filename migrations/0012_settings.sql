-- What a store has decided about its customers: one row. Which group is whose is said by the groups themselves.
create table settings (
    id                                           integer primary key check (id = 1),
    ask_shopper_for_tracking_consent             integer not null default 0
        check (ask_shopper_for_tracking_consent in (0, 1)),
    policy_url                                   text    not null default '',
    ask_shopper_for_tracking_consent_on_checkout integer not null default 0
        check (ask_shopper_for_tracking_consent_on_checkout in (0, 1))
) strict;

insert into settings (id) values (1);

-- What a channel has instead. Null, like a missing row: what the store has. Only logins are a channel's own matter;
-- of those null is what its kind of channel begins with.
create table channel_settings (
    channel_id                                   integer primary key references channels (id) on delete cascade,
    ask_shopper_for_tracking_consent             integer check (ask_shopper_for_tracking_consent in (0, 1)),
    policy_url                                   text,
    ask_shopper_for_tracking_consent_on_checkout integer
        check (ask_shopper_for_tracking_consent_on_checkout in (0, 1)),
    -- 0 is "no group", which is something else than null.
    guest_customer_group_id                      integer,
    default_customer_group_id                    integer,
    allow_global_logins                          integer check (allow_global_logins in (0, 1))
) strict;
