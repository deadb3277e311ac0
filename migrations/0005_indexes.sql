-- What lists of large stores are searched by. Few and narrow: each one is paid for by every write.
create index customers_last_name on customers (last_name);
create index customers_group on customers (customer_group_id);
create index customers_modified on customers (date_modified);
