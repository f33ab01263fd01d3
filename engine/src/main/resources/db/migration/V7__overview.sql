-- What the overview counts by time, without a look at the rows themselves.
create index job_ended on job_row (finished_at, state) where finished_at is not null;
create index batch_ended on batch_row (changed_at, state) where state in ('done', 'failed', 'cancelled');
-- Datasets by the beginning of their ids.
create index batch_dataset on batch_row (key collate "C") where source = 'dataset';
