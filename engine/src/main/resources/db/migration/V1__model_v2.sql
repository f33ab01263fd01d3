-- The journal as akka-persistence-jdbc 5.2.1 wants it, and the read model, whose rows are written in
-- the journal's own transactions. Text that is compared or ordered is collated "C": ids are ASCII,
-- and the order must be the same on every server.

-- Added to the transaction's number wherever a position is made. Raised at start when the database
-- was restored into a server whose transaction numbers are younger than the journal.
create table journal_clock (
  id    int    primary key default 1 check (id = 1),
  shift bigint not null
);
insert into journal_clock (shift) values (0);

-- position: (transaction number << 20) + place in the transaction. Once a transaction is behind the
-- horizon (pg_snapshot_xmin), nothing can appear before it any more; "ordering" cannot promise that.
create table event_journal (
  ordering           bigserial,
  persistence_id     varchar(255) collate "C" not null,
  sequence_number    bigint       not null,
  deleted            boolean      not null default false,
  writer             varchar(255) not null,
  write_timestamp    bigint,
  adapter_manifest   varchar(255),
  event_ser_id       integer      not null,
  event_ser_manifest varchar(255) not null,
  event_payload      bytea        not null,
  meta_ser_id        integer,
  meta_ser_manifest  varchar(255),
  meta_payload       bytea,
  position           bigint       not null default (pg_current_xact_id()::text::bigint << 20),
  primary key (persistence_id, sequence_number)
);
create index event_journal_position on event_journal (position);

create table event_tag (
  event_id        bigint,
  persistence_id  varchar(255) collate "C",
  sequence_number bigint,
  tag             varchar(256),
  primary key (persistence_id, sequence_number, tag),
  foreign key (persistence_id, sequence_number)
    references event_journal (persistence_id, sequence_number) on delete cascade
);

create table snapshot (
  persistence_id        varchar(255) collate "C" not null,
  sequence_number       bigint       not null,
  created               bigint       not null,
  snapshot_ser_id       integer      not null,
  snapshot_ser_manifest varchar(255) not null,
  snapshot_payload      bytea        not null,
  meta_ser_id           integer,
  meta_ser_manifest     varchar(255),
  meta_payload          bytea,
  primary key (persistence_id, sequence_number)
);

-- next_at: when it comes due; who is late is found by it.
create table schedule_row (
  id         text collate "C" primary key,
  seq_nr     bigint      not null,
  state      text collate "C" not null,
  created_at timestamptz not null,
  next_at    timestamptz,
  open       boolean     not null,
  changed_at timestamptz not null,
  document   json        not null
);
create index schedule_newest on schedule_row (created_at desc, id);
create index schedule_open on schedule_row (id) where open;

create table survey_row (
  id         text collate "C" primary key,
  seq_nr     bigint      not null,
  source     text collate "C" not null,
  state      text collate "C" not null,
  created_at timestamptz not null,
  open       boolean     not null,
  changed_at timestamptz not null,
  document   json        not null
);
create index survey_newest on survey_row (created_at desc, id);
create index survey_open on survey_row (id) where open;

create table batch_row (
  id         text collate "C" primary key,
  seq_nr     bigint      not null,
  source     text collate "C" not null,
  key        text        not null,
  pipeline   text collate "C" not null,
  organism   text collate "C",
  state      text collate "C" not null,
  title      text        not null,
  created_at timestamptz not null,
  awaits     text collate "C",
  need       json,
  open       boolean     not null,
  changed_at timestamptz not null,
  document   json        not null
);
-- Batches that wait for the same have the same digest of their need.
create index batch_awaits on batch_row (awaits, id) where awaits is not null;
create index batch_newest on batch_row (created_at desc, id);
create index batch_state on batch_row (state, created_at desc, id);
create index batch_open on batch_row (id) where open;
-- What is under way, for whoever waits for its outputs.
create index batch_unfinished on batch_row (pipeline, organism)
  where state not in ('done', 'failed', 'cancelled', 'planned');

-- Which surveys want a batch, with what counting and listing by survey needs.
create table batch_survey (
  survey_id  text collate "C" not null,
  batch_id   text collate "C" not null,
  seq_nr     bigint      not null,
  state      text collate "C" not null,
  created_at timestamptz not null,
  primary key (batch_id, survey_id)
);
create index batch_survey_newest on batch_survey (survey_id, created_at desc, batch_id) include (state);

-- How many batches a survey has by state: what a look at a survey reads, however many they are. In
-- slots, so that two connections of the journal need not wait for each other; one slot may be negative,
-- the sum is not.
create table survey_count (
  survey_id text collate "C" not null,
  state     text collate "C" not null,
  slot      int    not null,
  batches   bigint not null,
  primary key (survey_id, state, slot)
) with (fillfactor = 50);

create function count_memberships() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into survey_count as known
      select survey_id, state, pg_backend_pid() % 16, count(*) from now_so group by 1, 2 order by 1, 2
      on conflict (survey_id, state, slot) do update set batches = known.batches + excluded.batches;
  elsif tg_op = 'DELETE' then
    insert into survey_count as known
      select survey_id, state, pg_backend_pid() % 16, -count(*) from before_so group by 1, 2 order by 1, 2
      on conflict (survey_id, state, slot) do update set batches = known.batches + excluded.batches;
  else
    insert into survey_count as known
      select survey_id, state, pg_backend_pid() % 16, sum(change)
      from (select survey_id, state, 1 as change from now_so
            union all
            select survey_id, state, -1 from before_so) changed
      group by 1, 2 having sum(change) <> 0 order by 1, 2
      on conflict (survey_id, state, slot) do update set batches = known.batches + excluded.batches;
  end if;
  return null;
end $$;
create trigger membership_new after insert on batch_survey
  referencing new table as now_so for each statement execute function count_memberships();
create trigger membership_changed after update on batch_survey
  referencing old table as before_so new table as now_so for each statement execute function count_memberships();
create trigger membership_gone after delete on batch_survey
  referencing old table as before_so for each statement execute function count_memberships();

create table job_row (
  id            text collate "C" primary key,
  seq_nr        bigint      not null,
  kind          text collate "C" not null,
  state         text collate "C" not null,
  survey_id     text collate "C",
  pipeline      text collate "C" not null,
  node          text collate "C",
  attempt       integer     not null,
  failure_class text collate "C",
  failure       text,
  fingerprint   text collate "C",
  raw_data      boolean     not null,
  created_at    timestamptz not null,
  finished_at   timestamptz,
  open          boolean     not null,
  changed_at    timestamptz not null,
  ticket        json        not null,
  document      json        not null
);
create index job_newest on job_row (created_at desc, id);
create index job_state on job_row (state, created_at desc, id) include (kind);
create index job_survey on job_row (survey_id, created_at desc, id) where survey_id is not null;
create index job_node on job_row (node, created_at desc, id) where node is not null;
create index job_failure on job_row (failure_class, created_at desc, id) where failure_class is not null;
create index job_fingerprint on job_row (fingerprint) where fingerprint is not null;
create index job_finished on job_row (finished_at) where finished_at is not null;
create index job_live on job_row (id) where state in ('queued', 'running', 'waiting', 'unplaceable');
create index job_open on job_row (id) where open;

-- Every digest that an event lists. Never shrinks but with the journal.
create table listed_artifact (
  sha256     text collate "C" not null,
  owner      text collate "C" not null,
  name       text   not null,
  role       text   not null,
  size       bigint not null,
  media_type text   not null,
  primary key (sha256, owner)
);

-- The outputs of batches that are done, whatever refined them; a batch that is taken up again has
-- none. facets: the artifact's key-values (refinery.protocol.artifact.KeyValues says which), and under
-- their own names pipeline, role, name, organism and media_type, so that one index serves any
-- question; refinery.readmodel.ArtifactRows says how. The digest is also where the bytes are.
create table artifact_row (
  batch_id   text collate "C" not null,
  name       text collate "C" not null,
  pipeline   text collate "C" not null,
  role       text collate "C" not null,
  organism   text collate "C",
  media_type text        not null,
  sha256     text collate "C" not null,
  size       bigint      not null,
  refined_at timestamptz not null,
  facets     jsonb       not null,
  primary key (batch_id, name)
);
create index artifact_newest on artifact_row (refined_at desc, batch_id, name);
create index artifact_facets on artifact_row using gin (facets jsonb_path_ops);

-- Rows change state several times: keep the visibility map fresh for index-only counts.
alter table job_row set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
alter table batch_survey set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);

create table scheduler_epoch (
  id    int    primary key default 1 check (id = 1),
  epoch bigint not null
);
insert into scheduler_epoch (epoch) values (0);

-- Who may decide what becomes of a cluster that is cut in two; one row a lease, see refinery.cluster.PostgresLease.
create table cluster_lease (
  name    text primary key,
  owner   text not null,
  expires timestamptz not null
);

-- How far each channel has told of jobs that were given up: the position of the last such event whose
-- delivery was acknowledged (or, refused for good, skipped). A channel without a row is new.
create table notification_position (
  channel      text   collate "C" primary key,
  position     bigint not null,
  delivered    bigint not null default 0,
  skipped      bigint not null default 0,
  delivered_at timestamptz
);

-- Only the events that are told of: other events cost one comparison of 18 bytes when written, and
-- asking for news costs the same however much else was written. The text is how every stored
-- JobEvent.GivenUp begins; refinery.readmodel.SqlNotificationQueries asks with the same condition.
create index event_given_up on event_journal (position)
  where event_ser_manifest = 'job'
    and substring(event_payload from 1 for 18) = '{"type":"given_up"'::bytea;

-- Which nodes are members of a cluster on this database, as they say themselves every few seconds; see
-- refinery.cluster.Admission.
create table cluster_presence (
  address text collate "C" primary key,
  cluster text not null,
  version text not null,
  seen    timestamptz not null
);

-- What all nodes of one database share and nobody else may know.
create table cluster_secret (
    name  text primary key,
    value text not null
);
