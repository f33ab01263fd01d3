-- Sessions of the dashboard that were ended by signing out, until they would have ended by themselves
-- (refinery.session.SqlEndedSessions). All else of a session is in its cookie.
create table ended_session (
  digest text collate "C" primary key,
  owner  text collate "C" not null,
  until  timestamptz not null,
  at     timestamptz not null default clock_timestamp()
);
create index ended_session_newest on ended_session (at);
create index ended_session_by_owner on ended_session (owner);
create index ended_session_over on ended_session (until);
