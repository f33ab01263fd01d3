-- What is searched by: for each batch the words of what its archive says, and the harmonised form of
-- it, with source and pipeline, as {field: value}. Nobody's truth: made of batch_row by
-- refinery.readmodel.SearchRows, soon after a batch was found or described anew.
create table search_row (
  batch_id   text collate "C" primary key,
  created_at timestamptz not null,
  rules      text collate "C" not null,
  words      tsvector    not null,
  facets     jsonb       not null
);
create index search_newest on search_row (created_at desc, batch_id);
create index search_words on search_row using gin (words);
create index search_facets on search_row using gin (facets jsonb_path_ops);

-- The batches whose row is to be made anew. No key: who writes a batch never waits for whoever reads this.
create table search_todo (
  batch_id text collate "C" not null
);

create function note_for_search() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT'
      or new.title is distinct from old.title
      or new.organism is distinct from old.organism
      or (new.document -> 'key_values')::text is distinct from (old.document -> 'key_values')::text then
    insert into search_todo (batch_id) values (new.id);
  end if;
  return null;
end $$;
create trigger batch_described after insert or update on batch_row
  for each row execute function note_for_search();
insert into search_todo select id from batch_row;
