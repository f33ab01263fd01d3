-- How fast a survey goes on is measured over the last of its process jobs that ended.
create index job_pace on job_row (survey_id, finished_at desc)
  where kind = 'process' and state in ('succeeded', 'failed') and finished_at is not null;
