-- What all nodes of one database share and nobody else may know.
create table cluster_secret (
    name  text primary key,
    value text not null
);
