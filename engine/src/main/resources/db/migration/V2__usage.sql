-- What each process job that succeeded had reserved and used; jobs that bring a command have no row. size_class and
-- needed_class say how large its inputs and the outputs of others that it used were (refinery.protocol.job.WorkSize).
create table job_usage (
  id                text collate "C" primary key,
  pipeline          text collate "C" not null,
  size_class        int              not null,
  needed_class      int              not null,
  cpu               bigint           not null,
  memory            bigint           not null,
  disk              bigint           not null,
  peak_memory       bigint           not null,
  scratch           bigint           not null,
  cpu_seconds       double precision not null,
  seconds           double precision not null,
  reused            boolean          not null,
  saved_cpu_seconds double precision not null,
  saved_bytes       bigint           not null,
  finished_at       timestamptz      not null
);
create index job_usage_newest on job_usage (pipeline, size_class, needed_class, finished_at desc)
  where not reused;

-- The sums of it by pipeline, which /stats shows; in slots like survey_count. Memory in byte seconds.
create table usage_sum (
  pipeline             text collate "C" not null,
  slot                 int              not null,
  jobs                 bigint           not null,
  reused               bigint           not null,
  seconds              double precision not null,
  cpu_seconds          double precision not null,
  cpu_seconds_reserved double precision not null,
  memory_used          double precision not null,
  memory_reserved      double precision not null,
  saved_cpu_seconds    double precision not null,
  saved_bytes          bigint           not null,
  primary key (pipeline, slot)
) with (fillfactor = 50);

create function sum_usage() returns trigger language plpgsql as $$
begin
  insert into usage_sum as known
    select pipeline, pg_backend_pid() % 16, count(*), count(*) filter (where reused), sum(seconds), sum(cpu_seconds),
           sum(cpu * seconds / 1000), sum(peak_memory * seconds), sum(memory * seconds), sum(saved_cpu_seconds),
           sum(saved_bytes)
    from now_so group by 1 order by 1
    on conflict (pipeline, slot) do update set
      jobs = known.jobs + excluded.jobs,
      reused = known.reused + excluded.reused,
      seconds = known.seconds + excluded.seconds,
      cpu_seconds = known.cpu_seconds + excluded.cpu_seconds,
      cpu_seconds_reserved = known.cpu_seconds_reserved + excluded.cpu_seconds_reserved,
      memory_used = known.memory_used + excluded.memory_used,
      memory_reserved = known.memory_reserved + excluded.memory_reserved,
      saved_cpu_seconds = known.saved_cpu_seconds + excluded.saved_cpu_seconds,
      saved_bytes = known.saved_bytes + excluded.saved_bytes;
  return null;
end $$;
create trigger usage_new after insert on job_usage
  referencing new table as now_so for each statement execute function sum_usage();
