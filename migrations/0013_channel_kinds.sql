-- What a channel says of itself. The first one is the storefront that every store begins with.
alter table channels add column type text not null default 'storefront';
alter table channels add column platform text not null default 'bigcommerce';
alter table channels add column status text not null default 'active';
alter table channels add column external_id text not null default '';
alter table channels add column icon_url text not null default '';
alter table channels add column is_listable_from_ui integer not null default 1 check (is_listable_from_ui in (0, 1));
alter table channels add column is_visible integer not null default 1 check (is_visible in (0, 1));
alter table channels add column date_created integer not null default 1577836800;
alter table channels add column date_modified integer not null default 1577836800;
