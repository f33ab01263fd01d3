-- How many jobs and batches stood in which state, as one look a minute found them. A state that none
-- was in has no row. Refinery's own record: no event says it, so no rebuild of the read rows touches it.
create table state_history (
  at     timestamptz not null,
  kind   text collate "C" not null,
  state  text collate "C" not null,
  number bigint not null,
  primary key (at, kind, state)
);

-- Batches that are found by their ids only, as what their archive says could not be indexed: all others
-- have their source and pipeline there.
create index search_bare on search_row (batch_id) where facets = '{}';
