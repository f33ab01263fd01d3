-- Samples of datasets are named by what their archive calls them.
create index batch_key on batch_row (key);
