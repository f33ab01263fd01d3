package refinery.main;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import refinery.configuration.Configuration;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Claim;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.Observer;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.batch.Standing;
import refinery.protocol.foreman.ForemanCommand;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.LossCause;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Urgency;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.protocol.notifications.NotifierCommand;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.schedule.ScheduleReply;
import refinery.protocol.schedule.ScheduleRequest;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AttemptFigures;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.HostFigures;
import refinery.protocol.scheduling.JobTicket;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;

/** Every message that crosses between nodes survives the way there, by the shipped settings. */
class WireTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
              "akka.actor.provider = cluster\n"
                  + "akka.cluster.downing-provider-class = \"\"\n"
                  + "akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }")
          .withFallback(
              Configuration.load(Optional.empty(), Map.of(), Map.of(), ConfigFactory.empty()));
  private static final ActorTestKit KIT = ActorTestKit.create("wire", CONFIG);

  private static final JobId JOB = new JobId("job-1");
  private static final BatchId BATCH = new BatchId("batch-1");
  private static final SurveyId SURVEY = new SurveyId("survey-1");
  private static final Claim CLAIM =
      new Claim(SURVEY, 2, false, true, 5, "enough", Optional.empty());
  private static final Standing DONE = new Standing(1, BatchState.DONE, false);
  private static final NodeId NODE = new NodeId("node-1");
  private static final Instant AT = Instant.parse("2026-01-02T03:04:05.006Z");
  private static final Resources SOME = new Resources(1, 2, 3, Map.of("net:ena", 1));

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static void survives(Object... messages) {
    for (Object message : messages) {
      KIT.serializationTestKit().verifySerialization(message, true);
    }
  }

  private static BatchSpec batch() {
    Location location =
        new Location(
            "ena",
            "https://x/y",
            "fastq.gz",
            OptionalLong.of(7),
            Optional.of(Location.Checksum.md5("00")));
    return new BatchSpec(
        BATCH,
        "ena",
        "SRR1",
        "salmon-quant",
        Optional.of("homo_sapiens"),
        Map.of("k", "31"),
        Map.of(),
        Map.of("a", "b"),
        List.of(new SourceFile("SRR1.fastq.gz", "fastq.gz", List.of(location))),
        "ena:SRR1",
        7,
        Optional.empty());
  }

  private static JobSpec job(Work work) {
    return new JobSpec(
        JOB,
        JobKind.PROCESS,
        Optional.of(SURVEY),
        List.of(BATCH),
        "salmon-quant",
        50,
        9,
        SOME,
        work,
        AT);
  }

  private static RawFile raw() {
    return new RawFile(
        "a.fastq.gz",
        "reads",
        "job-1/aa",
        "aa",
        3,
        "ena",
        "https://x",
        OptionalLong.of(4),
        OptionalLong.empty());
  }

  private static StepRecord step() {
    return new StepRecord(
        "salmon",
        List.of("salmon", "quant"),
        "salmon 1",
        0,
        AT,
        AT,
        5,
        0.25,
        Optional.of(new Artifact("a.log", "bb", 1, "text/plain")),
        List.of("fine"));
  }

  @Test
  void jobMessages() {
    TestProbe<JobReply> probe = KIT.createTestProbe();
    Outcome succeeded =
        new Outcome.Succeeded(
            new JobResult.Processed(
                List.of(new Artifact("quant.sf", "cc", 2, "text/plain")),
                Map.of("x", "y"),
                "f",
                Optional.of(JOB)),
            new Usage(1, 0.5),
            List.of(step()));
    Outcome failed =
        new Outcome.Failed(
            new Failure(FailureClass.STALLED, "why", "salmon"), Usage.NONE, List.of());
    survives(
        new JobCommand.Submit(
            job(
                new Work.Process(
                    "p",
                    List.of(raw()),
                    List.of(),
                    Map.of("a", "b"),
                    Map.of(),
                    List.of("/bin/true"))),
            Optional.empty(),
            probe.getRef()),
        new JobCommand.Submit(
            job(new Work.Download("g", "k", batch().files(), Map.of())),
            Optional.empty(),
            probe.getRef()),
        new JobCommand.Submit(
            job(
                new Work.Survey(
                    "ena", Json.MAPPER.createObjectNode().put("accession", "X"), "p", Map.of())),
            Optional.empty(),
            probe.getRef()),
        new JobCommand.Start(NODE, 1, 2, true, probe.getRef()),
        new JobCommand.Finish(1, succeeded, SOME, probe.getRef()),
        new JobCommand.Finish(1, failed, SOME, probe.getRef()),
        new JobCommand.Finish(1, new Outcome.Outgrown("larger", 5), SOME, probe.getRef()),
        new JobCommand.Finish(
            1,
            new Outcome.Crowded(
                Failure.of(FailureClass.OUT_OF_DISK, "full"), Usage.NONE, List.of()),
            SOME,
            probe.getRef()),
        new JobCommand.Lose(1, NODE, "gone", LossCause.MOVED, Optional.of(probe.getRef())),
        new JobCommand.Lose(1, NODE, "gone", LossCause.MOVED, Optional.empty()),
        new JobCommand.SetPlaceable(Optional.of("too large")),
        new JobCommand.Announced(3),
        new JobCommand.Reannounce(),
        new JobCommand.Wake(),
        new JobCommand.OwnerAcknowledged("batch-1", 2),
        new JobCommand.Cancel("why", Optional.empty(), probe.getRef()),
        new JobCommand.LetGo(BATCH, JobKind.DOWNLOAD, Optional.empty(), probe.getRef()),
        new JobCommand.WantPriority(
            "batch-1", Urgency.first(7), Optional.of(new Actor("ann")), probe.getRef()),
        new JobCommand.Retry(Optional.empty(), probe.getRef()),
        new JobCommand.Retry(Optional.of(BATCH), Optional.empty(), probe.getRef()),
        new JobReply.Granted(JOB, 1, 2, job(new Work.Download("g", "k", List.of(), Map.of()))),
        new JobReply.BeginsAlone(JOB, 2),
        new JobReply.Refused(JOB, 2, "why"),
        new JobReply.Accepted(JOB, Urgency.first(50), true),
        new JobReply.Lost(JOB),
        new JobReply.Cancelled(JOB),
        new JobReply.Released(JOB),
        new JobReply.Retried(JOB),
        new JobReply.PrioritySet(JOB, 7),
        new JobReply.PriorityKept(JOB, Urgency.first(7)),
        new JobReply.RawDataGone(JOB),
        new JobReply.Stale(JOB, 1),
        new JobReply.FinishAccepted(JOB, 1),
        new JobReply.State(JOB, 1, Json.MAPPER.createObjectNode().put("a", 1)));
  }

  @Test
  void batchAndSurveyMessages() {
    TestProbe<BatchReply> batches = KIT.createTestProbe();
    TestProbe<SurveyReply> surveys = KIT.createTestProbe();
    survives(
        new BatchCommand.Register(batch(), Instant.EPOCH, CLAIM, batches.getRef()),
        new BatchCommand.JobPriorityKnown(JOB, Urgency.first(50)),
        new BatchCommand.ChangeClaim(CLAIM, batches.getRef()),
        new BatchCommand.JobAccepted(JOB, Urgency.first(50)),
        new BatchCommand.JobUpdate(
            JOB,
            1,
            new JobStatus.Succeeded(new JobResult.Downloaded(List.of(raw()), Map.of("a", "b")))),
        new BatchCommand.JobUpdate(
            JOB, 2, new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "no"))),
        new BatchCommand.JobUpdate(JOB, 3, new JobStatus.Active(Optional.of(BATCH))),
        new BatchCommand.JobUpdate(JOB, 4, new JobStatus.Cancelled("x")),
        new BatchReply.Claimed(BATCH, 2, Optional.of(AT), DONE),
        new BatchReply.Reprocessing(BATCH),
        new BatchReply.Retried(BATCH),
        new BatchCommand.Cancel("why", Optional.of(new Actor("ann")), batches.getRef()),
        new BatchReply.Cancelled(BATCH),
        new BatchCommand.Acknowledged(new Observer.OfSurvey(SURVEY), 3, 2),
        new BatchCommand.LetRawDataGo(Instant.EPOCH, Optional.empty(), batches.getRef()),
        new BatchReply.RawDataLetGo(BATCH),
        new SurveyCommand.Create(
            new SurveyRequest(
                "ena", Json.MAPPER.createObjectNode(), "p", Map.of(), 50, Map.of("a", "b")),
            Optional.empty(),
            surveys.getRef()),
        new SurveyCommand.Record(JOB, List.of(batch()), surveys.getRef()),
        new SurveyCommand.JobAccepted(JOB, Urgency.first(50)),
        new SurveyCommand.JobPriorityKnown(JOB, Urgency.first(50)),
        new SurveyCommand.BatchUpdate(BATCH, DONE),
        new SurveyCommand.BatchClaimed(BATCH, 2, Optional.of(AT), DONE),
        new SurveyCommand.JobUpdate(JOB, 1, new JobStatus.Succeeded(new JobResult.Surveyed(3))),
        new SurveyReply.Created(SURVEY, true),
        new SurveyReply.Recorded(SURVEY, 3),
        new SurveyReply.Cancelled(SURVEY),
        new SurveyReply.Retried(SURVEY),
        new SurveyReply.PrioritySet(SURVEY));
  }

  @Test
  void scheduleMessages() {
    TestProbe<ScheduleReply> replies = KIT.createTestProbe();
    ScheduleId schedule = ScheduleId.named("nightly");
    Optional<Actor> ann = Optional.of(new Actor("ann"));
    survives(
        new ScheduleCommand.Create(
            new ScheduleRequest(
                "30 2 * * *",
                "Europe/London",
                new SurveyRequest(
                    "ena", Json.MAPPER.createObjectNode(), "p", Map.of(), 50, Map.of("a", "b")),
                true),
            ann,
            replies.getRef()),
        new ScheduleCommand.Pause(ann, replies.getRef()),
        new ScheduleCommand.Resume(ann, replies.getRef()),
        new ScheduleCommand.Delete(ann, replies.getRef()),
        new ScheduleCommand.Run(Optional.of("k"), ann, replies.getRef()),
        new ScheduleCommand.SurveyPosted(SURVEY, Optional.of("no")),
        new ScheduleCommand.SurveyStands(SURVEY, SurveyState.DONE, AT, 3),
        new ScheduleCommand.WithdrawnMarked(SURVEY, Optional.of(BATCH), Optional.empty(), 3),
        new BatchCommand.NotListed(SURVEY, AT, KIT.<BatchReply>createTestProbe().getRef()),
        new BatchReply.WithdrawalNoted(BATCH, true),
        new ScheduleCommand.Wake(),
        new ScheduleCommand.Inspect(replies.getRef()),
        new ScheduleReply.Created(schedule, true),
        new ScheduleReply.Changed(schedule),
        new ScheduleReply.Ran(schedule, SURVEY),
        new ScheduleReply.Rejected(schedule, "no"),
        new ScheduleReply.NotFound(schedule),
        new ScheduleReply.State(schedule, 1, Json.MAPPER.createObjectNode().put("a", 1)));
  }

  @Test
  void schedulingMessages() {
    TestProbe<AgentCommand> agent = KIT.createTestProbe();
    TestProbe<SchedulerCommand.SchedulerReply> replies = KIT.createTestProbe();
    TestProbe<SchedulerCommand.HostReply> hosts = KIT.createTestProbe();
    TestProbe<AgentCommand.AgentReply> agentReplies = KIT.createTestProbe();
    SchedulerCommand.Held held = new SchedulerCommand.Held(JOB, 1, 2, 3, SOME);
    SchedulerCommand.NodeDescription node =
        new SchedulerCommand.NodeDescription(
            NODE,
            "refinery@h:1",
            List.of("control"),
            SOME,
            Optional.of(new DrainOrder(Optional.of(new Actor("ann")), AT, Optional.empty())),
            "",
            9,
            Map.of("salmon", "1"));
    survives(
        new SchedulerCommand.Announce(
            new JobTicket(JOB, "processor", "survey-1", 50, 7, SOME, "", AT)),
        new SchedulerCommand.Withdraw(JOB),
        new SchedulerCommand.StopAttempt(JOB, 1, NODE, "why"),
        new SchedulerCommand.Report(
            node,
            1,
            2,
            List.of(held),
            List.of(new SchedulerCommand.Unreported(JOB, 3)),
            agent.getRef()),
        new SchedulerCommand.Released(NODE, 1, List.of(held)),
        new SchedulerCommand.Figures(
            NODE,
            1,
            List.of(
                new HostFigures(
                    "h:443",
                    "ena",
                    AT,
                    1,
                    2,
                    3,
                    OptionalLong.of(4),
                    5,
                    6,
                    new HostFigures.Troubles(1, 2, 3, 4),
                    List.of(new HostFigures.Fallback("i:443", "corrupt", 1, "md5", AT)))),
            List.of(new AttemptFigures(JOB, 1, 2, 3, 4))),
        new SchedulerCommand.DescribeNodes(replies.getRef()),
        new SchedulerCommand.DescribeHosts(replies.getRef()),
        new SchedulerCommand.PreviewDrain(NODE, replies.getRef()),
        new SchedulerCommand.Drain(
            NODE, Optional.of(Duration.ofMinutes(10)), Optional.empty(), replies.getRef()),
        new SchedulerCommand.Describe(replies.getRef()),
        new SchedulerCommand.Locate(List.of(JOB), replies.getRef()),
        new SchedulerCommand.SchedulerReply.Located(true, List.of(JOB)),
        new SchedulerCommand.AskHost("h:443", "ena", 12, hosts.getRef()),
        new SchedulerCommand.HostAnswered("h:443"),
        new SchedulerCommand.HostFailed(
            "h:443", "ena", "reset", Optional.of(Duration.ofSeconds(7)), hosts.getRef()),
        new SchedulerCommand.HostReply.Go(Duration.ofMillis(80)),
        new SchedulerCommand.HostReply.NotNow(Duration.ofSeconds(1), "away"),
        new ForemanCommand.Describe(KIT.<ForemanCommand.Report>createTestProbe().getRef()),
        new ForemanCommand.Report(Json.MAPPER.createObjectNode().put("a", 1)),
        new NotifierCommand.Describe(KIT.<NotifierCommand.Report>createTestProbe().getRef()),
        new NotifierCommand.Report(Json.MAPPER.createObjectNode().put("a", 1)),
        new SchedulerCommand.SchedulerReply.Snapshot(Json.MAPPER.createObjectNode().put("a", 1)),
        new AgentCommand.Assign(1, List.of(new AgentCommand.Assignment(JOB, 2, SOME)), SOME),
        new AgentCommand.Stop(JOB, 1, "why"),
        new AgentCommand.SetDraining(
            Optional.of(new DrainOrder(Optional.of(new Actor("ann")), AT, Optional.of(AT))),
            Duration.ofMinutes(10)),
        new AgentCommand.SetDraining(Optional.empty(), Duration.ZERO),
        new AgentCommand.ReadLog(JOB, 0, 10, agentReplies.getRef()));
  }
}
