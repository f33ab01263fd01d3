-- Which nodes are members of a cluster on this database, as they say themselves every few seconds; see
-- refinery.cluster.Admission.
create table cluster_presence (
  address text collate "C" primary key,
  cluster text not null,
  version text not null,
  seen    timestamptz not null
);
