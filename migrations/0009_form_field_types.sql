-- What a form field takes. The options, a JSON array of text, are what one chooses from, where one does.
alter table form_fields add column type text not null default 'text'
    check (type in ('checkboxes', 'date', 'multiline', 'numbers', 'password', 'radiobuttons', 'text', 'picklist'));
alter table form_fields add column options text not null default '[]';
