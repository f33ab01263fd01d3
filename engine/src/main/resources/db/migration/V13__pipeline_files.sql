-- The files of the pipelines that nodes have had, so that a crate can hold the one that ran after it has changed.
create table pipeline_file (
  sha256  text collate "C" primary key,
  name    text not null,
  content text not null,
  kept_at timestamptz not null default clock_timestamp()
);
