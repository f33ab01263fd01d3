-- Who did what, when and from where. Only grows, until refinery.audit.AuditPruner takes the oldest.
create table audit_entry (
  id        bigint generated always as identity primary key,
  at        timestamptz not null default clock_timestamp(),
  kind      text collate "C" not null,
  actor     text collate "C" not null,
  scope     text not null,
  means     text not null,
  action    text collate "C" not null,
  subject   text collate "C" not null,
  path      text not null,
  client    text not null,
  forwarded text not null,
  status    integer not null,
  outcome   text collate "C" not null,
  detail    text not null,
  request   text not null,
  node      text not null
);
create index audit_newest on audit_entry (at desc, id desc);
create index audit_by_actor on audit_entry (actor, at desc, id desc);
create index audit_by_subject on audit_entry (subject, at desc, id desc) where subject <> '';

create unique index audit_of_schedules on audit_entry (subject) where kind = 'schedule';

-- What a schedule posts comes by no request, so it is noted with the survey's row, in the same transaction. The surveys
-- of a request have an actor, whatever their labels say. A read model that is built anew notes nothing twice.
create function note_what_a_schedule_posts() returns trigger language plpgsql as $$
begin
  insert into audit_entry
    (at, kind, actor, scope, means, action, subject, path, client, forwarded, status, outcome, detail, request, node)
  values
    (new.created_at, 'schedule', new.document #>> '{labels,schedule}', '', 'nothing', 'POST /surveys', new.id, '', '', '',
     0, 'done', '', '', '')
  on conflict do nothing;
  return null;
end $$;
create trigger survey_of_a_schedule after insert on survey_row for each row
  when (new.document ->> 'actor' is null and new.document #>> '{labels,schedule}' is not null)
  execute function note_what_a_schedule_posts();
