package refinery.http;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import refinery.protocol.BatchId;
import refinery.protocol.EntityKind;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Urgency;
import refinery.protocol.query.JobView;
import refinery.protocol.query.ScheduleView;
import refinery.protocol.query.SurveyView;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.schedule.ScheduleReply;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;

/** Entities that write the fake read model; every command is noted. */
final class FakeEntities implements EntityGateway {
  final List<Object> commands = new CopyOnWriteArrayList<>();
  volatile boolean silent;
  private final FakeReadModel rows;
  private final ActorRef<Object> nobody;
  private final Map<SurveyId, SurveyRequest> requests = new ConcurrentHashMap<>();

  FakeEntities(FakeReadModel rows, ActorRef<Object> nobody) {
    this.rows = rows;
    this.nobody = nobody;
  }

  @Override
  public CompletionStage<SurveyReply> survey(
      SurveyId id, Function<ActorRef<SurveyReply>, SurveyCommand> command) {
    SurveyCommand made = command.apply(nobody.narrow());
    commands.add(made);
    if (silent) {
      return CompletableFuture.failedFuture(new TimeoutException("silent"));
    }
    if (made instanceof SurveyCommand.Create create) {
      SurveyRequest before = requests.putIfAbsent(id, create.request());
      if (before != null && !before.equals(create.request())) {
        return CompletableFuture.completedFuture(
            new SurveyReply.Rejected(id, "the id holds another request"));
      }
      rows.surveys.putIfAbsent(id, view(id, create.request()));
      return CompletableFuture.completedFuture(new SurveyReply.Created(id, before != null));
    }
    if (made instanceof SurveyCommand.Inspect) {
      return CompletableFuture.completedFuture(
          new SurveyReply.State(id, 3, Json.MAPPER.createObjectNode().put("state", "running")));
    }
    return CompletableFuture.completedFuture(
        switch (made) {
          case SurveyCommand.Cancel cancel -> new SurveyReply.Cancelled(id);
          case SurveyCommand.Retry retry -> new SurveyReply.Retried(id);
          case SurveyCommand.SetPriority change -> new SurveyReply.PrioritySet(id);
          case SurveyCommand.Answer answer ->
              new SurveyReply.Rejected(id, "it is running and asks for no input");
          default -> throw new AssertionError("not a person's command: " + made);
        });
  }

  private static SurveyView view(SurveyId id, SurveyRequest request) {
    return new SurveyView(
        id,
        request.source(),
        request.parameters(),
        request.pipeline(),
        Map.of(),
        request.priority(),
        request.labels(),
        SurveyState.RUNNING,
        Optional.empty(),
        Optional.empty(),
        Instant.parse("2026-01-02T03:04:05Z"),
        Optional.empty(),
        JobId.of("job-survey"),
        request.plan(),
        Optional.empty(),
        SurveyView.BatchCounts.NONE);
  }

  @Override
  public CompletionStage<BatchReply> batch(
      BatchId id, Function<ActorRef<BatchReply>, BatchCommand> command) {
    BatchCommand made = command.apply(nobody.narrow());
    commands.add(made);
    return CompletableFuture.completedFuture(
        switch (made) {
          case BatchCommand.Reprocess reprocess -> new BatchReply.Reprocessing(id);
          case BatchCommand.Retry retry -> new BatchReply.Retried(id);
          case BatchCommand.Cancel cancel -> new BatchReply.Cancelled(id);
          case BatchCommand.LetRawDataGo letGo -> new BatchReply.RawDataLetGo(id);
          default -> throw new AssertionError("not a person's command: " + made);
        });
  }

  @Override
  public CompletionStage<JobReply> job(JobId id, Function<ActorRef<JobReply>, JobCommand> command) {
    JobCommand made = command.apply(nobody.narrow());
    commands.add(made);
    if (made instanceof JobCommand.Submit submit) {
      boolean existed = rows.jobs.putIfAbsent(id, Samples.job(id, JobState.QUEUED)) != null;
      return CompletableFuture.completedFuture(
          new JobReply.Accepted(
              id, new Urgency(submit.spec().priority(), submit.number()), existed));
    }
    JobView row = rows.jobs.get(id);
    if (made instanceof JobCommand.Retry && row.state() != JobState.FAILED) {
      return CompletableFuture.completedFuture(
          new JobReply.Rejected(id, "job " + id + " is " + row.state().word()));
    }
    if (made instanceof JobCommand.Inspect) {
      return CompletableFuture.completedFuture(
          new JobReply.State(id, 5, Json.MAPPER.createObjectNode().put("state", "queued")));
    }
    return CompletableFuture.completedFuture(
        switch (made) {
          case JobCommand.Cancel cancel -> new JobReply.Cancelled(id);
          case JobCommand.Retry retry -> new JobReply.Retried(id);
          case JobCommand.SetPriority change -> new JobReply.PrioritySet(id, change.priority());
          case JobCommand.WantPriority want -> new JobReply.PriorityKept(id, want.urgency());
          default -> throw new AssertionError("not a person's command: " + made);
        });
  }

  @Override
  public CompletionStage<ScheduleReply> schedule(
      ScheduleId id, Function<ActorRef<ScheduleReply>, ScheduleCommand> command) {
    ScheduleCommand made = command.apply(nobody.narrow());
    commands.add(made);
    return CompletableFuture.completedFuture(
        switch (made) {
          case ScheduleCommand.Create create -> {
            ScheduleView before =
                rows.schedules.putIfAbsent(id, Samples.schedule(id, create.request()));
            yield before == null || before.cron().equals(create.request().cron())
                ? new ScheduleReply.Created(id, before != null)
                : new ScheduleReply.Rejected(id, "this name belongs to another schedule");
          }
          case ScheduleCommand.Pause pause -> new ScheduleReply.Changed(id);
          case ScheduleCommand.Resume resume -> new ScheduleReply.Changed(id);
          case ScheduleCommand.Delete delete -> new ScheduleReply.Changed(id);
          case ScheduleCommand.Run run -> {
            SurveyId survey =
                SurveyId.of(
                    SurveyId.PREFIX + run.key().map(key -> Ids.derive("run", key)).orElse("now"));
            rows.surveys.putIfAbsent(survey, view(survey, rows.schedules.get(id).survey()));
            yield run.key().filter("busy"::equals).isPresent()
                ? new ScheduleReply.Rejected(id, "its last survey survey-a has not ended")
                : new ScheduleReply.Ran(id, survey);
          }
          case ScheduleCommand.Inspect inspect ->
              new ScheduleReply.State(id, 2, Json.MAPPER.createObjectNode().put("state", "active"));
          default -> throw new AssertionError("not a person's command: " + made);
        });
  }

  @Override
  public String shard(String entityId) {
    return ShardedEntities.shard(entityId, 100);
  }

  @Override
  public CompletionStage<Optional<String>> host(EntityKind kind, String shard) {
    return CompletableFuture.completedFuture(Optional.of("refinery@127.0.0.1:25520"));
  }
}
