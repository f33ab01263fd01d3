-- What runs that were ended early saved is summed up for every look at the whole: without a look at all other jobs
-- that failed. The words are those of refinery.protocol.job.EarlyStops.
create index job_early_stop on job_row (id)
  where state = 'failed' and failure_class = 'permanent' and starts_with(failure, 'verdict hopeless: ');
