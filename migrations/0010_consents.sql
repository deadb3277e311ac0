-- What customers said to cookies and scripts, as lists of words in JSON. Without a row nothing was said.
create table consents (
    customer_id integer primary key references customers (id) on delete cascade,
    allow       text    not null,
    deny        text    not null
) strict;
