-- Failed jobs are shown by cause: the class and the message without what differs from job to job.

-- A message of a failure without its numbers, ids, accessions, paths and addresses. Exit codes, signals and
-- HTTP statuses stay: they are the cause, and a character of nobody's marks them meanwhile (a look behind costs
-- ten times as much). The first words are those of refinery.protocol.job.EarlyStops.
create function failure_cause(message text) returns text
  language sql immutable parallel safe strict as $$
  select case
    when starts_with(message, 'verdict hopeless: ')
      then 'verdict hopeless: too few of the first reads map (early_stop_mapped_percent)'
    else left(replace(btrim(
      regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
      regexp_replace(regexp_replace(regexp_replace(regexp_replace(
        left(message, 2000),
        '(https?|ftp|s3)://([^/\s''"]+)(/[^\s''"<>)\]:]*)?', '\1://\2/...', 'g'),
        '(^|[\s''"=(,\[])(~|\.{1,2})?/[^\s''":,;()<>\]]+', '\1<path>', 'g'),
        '\m[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\M', '<id>', 'g'),
        '\m(job|batch|survey|dataset|schedule)-[0-9A-Za-z_-]{4,}', '<\1>', 'g'),
        '\m(?=[a-f]*[0-9])[0-9a-f]{12,}\M', '<id>', 'g'),
        '\m[A-Z]{2,8}_?[0-9]{4,}(\.[0-9]+)?', '<accession>', 'g'),
        '(md|sha|HTTP[ /]|exit code |exited with |signal |status )([0-9])', U&'\\1\E000\\2', 'g'),
        U&'(^|[^0-9\E000])[0-9]+([.,:][0-9]+)*', '\1N', 'g'),
        '\mN (B|[kKMGTP]i?B|bytes?)\M', 'N bytes', 'g'),
        '\s+', ' ', 'g')), U&'\E000', ''), 500)
  end
$$;

create function failure_group(class text, message text) returns text
  language sql immutable parallel safe strict as $$
  select left(md5(class || ' ' || failure_cause(message)), 16)
$$;

alter table job_row add column failure_group text collate "C"
  generated always as (failure_group(failure_class, failure)) stored;
-- Counts the groups without their rows, and lists one of them.
create index job_failure_group on job_row (failure_group, created_at desc, id)
  include (kind, finished_at) where state = 'failed';

-- The digest of the need that a failed batch gave up; which need it is says "need".
alter table batch_row add column missed text collate "C";
create index batch_missed on batch_row (missed, id) where missed is not null;
