-- Who may decide what becomes of a cluster that is cut in two; one row a lease, see refinery.cluster.PostgresLease.
create table cluster_lease (
  name    text primary key,
  owner   text not null,
  expires timestamptz not null
);
