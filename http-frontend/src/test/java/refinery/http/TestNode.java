package refinery.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import refinery.http.access.Issuer;
import refinery.http.access.Sessions;
import refinery.http.access.Tokens;
import refinery.http.forecast.Prices;
import refinery.protocol.BatchId;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.catalog.Catalog;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.dataset.DatasetAccess;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetRequestReader;
import refinery.protocol.foreman.ForemanCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Work;
import refinery.protocol.notifications.NotifierCommand;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.ReadModel.RecordedEvent;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;
import refinery.protocol.survey.SurveyRequest;

/** The frontend on a real socket, over fakes. */
public final class TestNode implements AutoCloseable {
  /** What is in this node's way. */
  public volatile List<String> obstacles = List.of();

  /** What requests that run commands carry. */
  public static final LocalToken LOCAL_TOKEN =
      new LocalToken("the-token-of-this-node", Path.of("var", "token"));

  public final ActorSystem<Void> system;
  final FakeReadModel rows = new FakeReadModel();
  final FakeAuditLog audit = new FakeAuditLog();
  final FakeDatasets datasets = new FakeDatasets();
  final FakeEntities entities;
  final HttpConfig config;
  final FakeEndedSessions ended = new FakeEndedSessions();
  final Credentials credentials;
  public final HttpClient client = HttpClient.newHttpClient();
  private final URI base;

  public TestNode(String overrides) throws Exception {
    Config all =
        ConfigFactory.parseString(overrides)
            .withFallback(
                ConfigFactory.parseString(
                    """
                    refinery.http { port = 0, ask-timeout = 2s, log-poll = 20ms
                      events { poll = 20ms, heartbeat = 200ms } }
                    refinery.commands.enabled = true
                    akka.loglevel = WARNING
                    akka.coordinated-shutdown.exit-jvm = off
                    akka.management.health-checks.readiness-checks.node = ""
                    """))
            .withFallback(ConfigFactory.parseFile(new File("../conf/http.conf")))
            .withFallback(ConfigFactory.load());
    system = ActorSystem.create(Behaviors.empty(), "refinery", all.resolve());
    entities = new FakeEntities(rows, system.ignoreRef());
    config = HttpConfig.from(system.settings().config());
    credentials =
        new Credentials(
            new Tokens(config.auth().tokens()),
            Optional.of(LOCAL_TOKEN),
            new Sessions(
                "a secret of the nodes", config.auth().session(), InstantSource.system(), ended),
            config.auth().oidc().map(Issuer::new));
    fill();
    var binding =
        HttpFrontend.start(system, services(), config, Optional.empty())
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
    base = URI.create("http://127.0.0.1:" + binding.localAddress().getPort());
  }

  public HttpConfig config() {
    return config;
  }

  public Credentials credentials() {
    return credentials;
  }

  /** What entities and the scheduler were told to do, in order. */
  List<Object> commands() {
    return entities.commands;
  }

  FrontendServices services() {
    ActorRef<AgentCommand> agent =
        system.systemActorOf(agent(), "agent-" + Ids.random(), Props.empty());
    return new FrontendServices(
        rows,
        TestNode::open,
        new FakeCatalog(),
        new DatasetAccess(datasets, datasets),
        entities,
        system.systemActorOf(scheduler(), "scheduler-" + Ids.random(), Props.empty()),
        system.systemActorOf(foreman(), "foreman-" + Ids.random(), Props.empty()),
        system.systemActorOf(notifier(), "notifier-" + Ids.random(), Props.empty()),
        node ->
            CompletableFuture.completedFuture(
                node.value().equals("node-a") ? Optional.of(agent) : Optional.empty()),
        new FakeCluster(),
        credentials,
        system.settings().config().getBoolean("refinery.commands.enabled"),
        new AuditTrail(audit, "node-a", InstantSource.system()),
        () -> CompletableFuture.completedFuture(obstacles),
        Prices.from(system.settings().config()),
        "0.2.0");
  }

  private void fill() {
    rows.jobs.put(JobId.of("job-done"), Samples.job(JobId.of("job-done"), JobState.SUCCEEDED));
    rows.jobs.put(JobId.of("job-silent"), Samples.silent(JobId.of("job-silent")));
    rows.jobs.put(JobId.of("job-failed"), Samples.job(JobId.of("job-failed"), JobState.FAILED));
    rows.jobs.put(JobId.of("job-waits"), Samples.job(JobId.of("job-waits"), JobState.WAITING));
    rows.jobs.put(JobId.of("job-runs"), Samples.job(JobId.of("job-runs"), JobState.RUNNING));
    rows.batches.put(BatchId.of("batch-one"), Samples.batch(BatchId.of("batch-one")));
    rows.artifacts.put(
        Samples.QUANT,
        new BatchView.ArtifactView(
            "quänt \"1\".sf",
            Samples.QUANT,
            10,
            "text/tab-separated-values",
            "quant.sf",
            "/api/v1/artifacts/" + Samples.QUANT));
    rows.refined.put("quant", Samples.refined());
    for (int i = 1; i <= 5; i++) {
      record(i);
    }
  }

  void record(long ordering) {
    record(ordering, "job-done");
  }

  void record(long ordering, String entity) {
    rows.events.add(
        new RecordedEvent(
            ordering,
            entity,
            ordering,
            "submitted",
            Samples.AT,
            Json.MAPPER.createObjectNode().put("n", ordering)));
  }

  private static Optional<SeekableByteChannel> open(String sha256) throws IOException {
    String text = sha256.equals(Samples.QUANT) ? "0123456789" : "log of step\n";
    Path file = Files.createTempFile("artifact", ".bin");
    Files.writeString(file, text, StandardCharsets.UTF_8);
    return Optional.of(
        Files.newByteChannel(file, java.nio.file.StandardOpenOption.DELETE_ON_CLOSE));
  }

  private Behavior<SchedulerCommand> scheduler() {
    return Behaviors.receiveMessage(
        command -> {
          ObjectNode state = Json.MAPPER.createObjectNode().put("queued", 3);
          state.putArray("nodes").add(Json.MAPPER.valueToTree(Samples.node()));
          if (command instanceof SchedulerCommand.Describe describe) {
            describe.replyTo().tell(new SchedulerReply.Snapshot(state));
          } else if (command instanceof SchedulerCommand.DescribeNodes nodes) {
            nodes.replyTo().tell(new SchedulerReply.Snapshot(FakeScheduler.nodes()));
          } else if (command instanceof SchedulerCommand.DescribeHosts hosts) {
            hosts.replyTo().tell(new SchedulerReply.Snapshot(FakeScheduler.hosts()));
          } else if (command instanceof SchedulerCommand.PreviewDrain preview) {
            preview.replyTo().tell(FakeScheduler.preview(preview.node()));
          } else if (command instanceof SchedulerCommand.Explain explain) {
            explain
                .replyTo()
                .tell(
                    new SchedulerReply.Snapshot(
                        Json.MAPPER.createObjectNode().put("job", explain.job().value())));
          } else if (command instanceof SchedulerCommand.Drain drain) {
            entities.commands.add(drain);
            drain
                .replyTo()
                .tell(
                    drain.node().value().equals("node-a")
                        ? new SchedulerReply.Done()
                        : new SchedulerReply.UnknownNode(drain.node()));
          } else if (command instanceof SchedulerCommand.Undrain undrain) {
            entities.commands.add(undrain);
            undrain.replyTo().tell(new SchedulerReply.Done());
          }
          return Behaviors.same();
        });
  }

  private static Behavior<ForemanCommand> foreman() {
    return Behaviors.receiveMessage(
        command -> {
          if (command instanceof ForemanCommand.Describe describe) {
            ObjectNode state = Json.MAPPER.createObjectNode();
            state.putObject("counts").put("overdue", 2);
            describe.replyTo().tell(new ForemanCommand.Report(state));
          }
          return Behaviors.same();
        });
  }

  private static Behavior<NotifierCommand> notifier() {
    return Behaviors.receiveMessage(
        command -> {
          if (command instanceof NotifierCommand.Describe describe) {
            ObjectNode state = Json.MAPPER.createObjectNode();
            state
                .putArray("channels")
                .addObject()
                .put("channel", "webhook")
                .put("delivered", 7)
                .put("skipped", 1)
                .put("failed_tries", 3);
            describe.replyTo().tell(new NotifierCommand.Report(state));
          }
          return Behaviors.same();
        });
  }

  /** Runs an attempt that the job's row does not know yet when it is asked first. */
  private static Behavior<AgentCommand> agent() {
    AtomicInteger asked = new AtomicInteger();
    return Behaviors.receiveMessage(
        command -> {
          if (command instanceof AgentCommand.ReadLog read) {
            boolean early = asked.getAndIncrement() == 0;
            byte[] all =
                (early ? "of the next attempt" : "live log").getBytes(StandardCharsets.UTF_8);
            int from = (int) Math.min(read.offset(), all.length);
            read.replyTo()
                .tell(
                    new AgentCommand.AgentReply.LogChunk(
                        read.job(),
                        early ? 2 : 1,
                        from,
                        java.util.Arrays.copyOfRange(all, from, all.length)));
          } else if (command instanceof AgentCommand.Describe describe) {
            describe
                .replyTo()
                .tell(
                    new AgentCommand.AgentReply.AgentState(
                        Json.MAPPER.createObjectNode().put("id", "node-a")));
          }
          return Behaviors.same();
        });
  }

  public URI uri(String path) {
    return base.resolve(path);
  }

  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path));
  }

  public HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  public HttpResponse<String> get(String path) throws Exception {
    return send(request(path));
  }

  public HttpResponse<String> post(String path, String body) throws Exception {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + LOCAL_TOKEN.value())
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  public static JsonNode json(HttpResponse<String> response) throws IOException {
    return Json.MAPPER.readTree(response.body());
  }

  @Override
  public void close() throws Exception {
    client.close();
    system.terminate();
    system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Knows the source {@code ena} with an accession, and the pipeline {@code command}. */
  private static final class FakeCatalog implements Catalog {
    @Override
    public Map<String, Harmonised> harmonise(Map<String, String> metadata) {
      return metadata.containsKey("source_name")
          ? Map.of("tissue", new Harmonised("liver", Optional.empty(), "source_name", "tissue.3"))
          : Map.of();
    }

    @Override
    public List<String> harmonisedFields() {
      return List.of("tissue", "sex");
    }

    @Override
    public Optional<String> pipelineFile(String name) {
      return name.equals("salmon-quant") ? Optional.of("name = salmon-quant\n") : Optional.empty();
    }

    @Override
    public CompletionStage<Optional<String>> pipelineFileOf(String sha256) {
      return CompletableFuture.completedFuture(
          sha256.equals(Samples.FORMER_SHA256) ? Optional.of(Samples.FORMER) : Optional.empty());
    }

    @Override
    public List<JsonNode> sources() {
      return List.of(Json.MAPPER.createObjectNode().put("name", "ena"));
    }

    @Override
    public List<JsonNode> pipelines() {
      return List.of(
          Json.MAPPER
              .createObjectNode()
              .put("name", "salmon-quant")
              .put("version", "1")
              .put("description", "quantify"));
    }

    @Override
    public Validated<SurveyRequest> survey(
        String source,
        JsonNode parameters,
        Optional<String> pipeline,
        Map<String, String> pipelineParameters,
        Optional<Integer> priority,
        Map<String, String> labels) {
      if (source.equals("dataset")) {
        return dataset(parameters);
      }
      if (!source.equals("ena")) {
        return new Validated.Invalid<>(List.of(new Problem("/source", "must be ena")));
      }
      if (!parameters.has("accession")) {
        return new Validated.Invalid<>(
            List.of(new Problem("/parameters/accession", "is required")));
      }
      return new Validated.Valid<>(
          new SurveyRequest(
              source,
              parameters,
              pipeline.orElse("salmon-quant"),
              pipelineParameters,
              priority.orElse(50),
              labels));
    }

    private static Validated<SurveyRequest> dataset(JsonNode parameters) {
      return switch (DatasetRequestReader.read(parameters.path("request"))) {
        case Validated.Valid<DatasetRequest> valid ->
            new Validated.Valid<>(
                new SurveyRequest("dataset", parameters, "dataset", Map.of(), 50, Map.of()));
        case Validated.Invalid<DatasetRequest> invalid ->
            new Validated.Invalid<>(
                invalid.problems().stream()
                    .map(
                        each -> new Problem("/parameters/request" + each.pointer(), each.message()))
                    .toList());
      };
    }

    @Override
    public List<Problem> timetable(String cron, String timezone) {
      return Stream.of(
              new Problem("/cron", "minute '61' is none"), new Problem("/timezone", "is no zone"))
          .filter(
              problem ->
                  (problem.pointer().equals("/cron") && cron.startsWith("61"))
                      || (problem.pointer().equals("/timezone") && timezone.equals("x")))
          .toList();
    }

    @Override
    public Validated<List<Instant>> times(String cron, String timezone, Instant after, int count) {
      List<Problem> wrong = timetable(cron, timezone);
      return wrong.isEmpty()
          ? new Validated.Valid<>(
              Stream.iterate(Samples.AT, at -> at.plusSeconds(60)).limit(count).toList())
          : new Validated.Invalid<>(wrong);
    }

    @Override
    public boolean listsRuns(String source) {
      return source.equals("ena");
    }

    @Override
    public Validated<JobSpec> job(
        String pipeline, List<String> command, int priority, Optional<Resources> resources) {
      if (!pipeline.equals("command")) {
        return new Validated.Invalid<>(List.of(new Problem("/pipeline", "must be command")));
      }
      return new Validated.Valid<>(
          new JobSpec(
              JobId.of(JobId.PREFIX + Ids.random()),
              JobKind.PROCESS,
              Optional.empty(),
              List.of(),
              pipeline,
              priority,
              0,
              resources.orElse(Resources.of(1000, 1, 0)),
              new Work.Process(pipeline, List.of(), List.of(), Map.of(), Map.of(), command),
              Samples.AT));
    }
  }
}
