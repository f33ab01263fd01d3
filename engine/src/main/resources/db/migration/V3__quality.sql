-- The verdict on a run's quality: pass, warn or fail; null where there is none. Lists are filtered by it along an
-- index, and a survey's verdicts are counted as its states are.

alter table batch_row add column quality text collate "C";
create index batch_quality on batch_row (quality, created_at desc, id) where quality is not null;

alter table batch_survey add column quality text collate "C";
create index batch_survey_quality on batch_survey (survey_id, quality, created_at desc, batch_id)
  where quality is not null;

-- quality: empty where there is none.
alter table survey_count add column quality text collate "C" not null default '';
alter table survey_count drop constraint survey_count_pkey;
alter table survey_count add primary key (survey_id, state, quality, slot);

create or replace function count_memberships() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into survey_count as known (survey_id, state, quality, slot, batches)
      select survey_id, state, coalesce(quality, ''), pg_backend_pid() % 16, count(*)
      from now_so group by 1, 2, 3 order by 1, 2, 3
      on conflict (survey_id, state, quality, slot) do update set batches = known.batches + excluded.batches;
  elsif tg_op = 'DELETE' then
    insert into survey_count as known (survey_id, state, quality, slot, batches)
      select survey_id, state, coalesce(quality, ''), pg_backend_pid() % 16, -count(*)
      from before_so group by 1, 2, 3 order by 1, 2, 3
      on conflict (survey_id, state, quality, slot) do update set batches = known.batches + excluded.batches;
  else
    insert into survey_count as known (survey_id, state, quality, slot, batches)
      select survey_id, state, quality, pg_backend_pid() % 16, sum(change)
      from (select survey_id, state, coalesce(quality, '') as quality, 1 as change from now_so
            union all
            select survey_id, state, coalesce(quality, ''), -1 from before_so) changed
      group by 1, 2, 3 having sum(change) <> 0 order by 1, 2, 3
      on conflict (survey_id, state, quality, slot) do update set batches = known.batches + excluded.batches;
  end if;
  return null;
end $$;
