-- How far each channel has told of jobs that were given up: the position of the last such event whose
-- delivery was acknowledged (or, refused for good, skipped). A channel without a row is new.
create table notification_position (
  channel      text   collate "C" primary key,
  position     bigint not null,
  delivered    bigint not null default 0,
  skipped      bigint not null default 0,
  delivered_at timestamptz
);

-- Only the events that are told of: other events cost one comparison of 18 bytes when written, and
-- asking for news costs the same however much else was written. The text is how every stored
-- JobEvent.GivenUp begins; refinery.readmodel.SqlNotificationQueries asks with the same condition.
create index event_given_up on event_journal (position)
  where event_ser_manifest = 'job'
    and substring(event_payload from 1 for 18) = '{"type":"given_up"'::bytea;
