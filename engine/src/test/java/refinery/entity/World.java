package refinery.entity;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import refinery.batch.Batch;
import refinery.batch.BatchEffect;
import refinery.batch.BatchLogic;
import refinery.batch.BatchRoutes;
import refinery.batch.BatchTransitions;
import refinery.batch.JobPlanner;
import refinery.job.Job;
import refinery.job.JobEffect;
import refinery.job.JobLogic;
import refinery.job.JobRoutes;
import refinery.job.JobTransitions;
import refinery.job.RetryPolicy;
import refinery.journal.ReadRow;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobState;
import refinery.protocol.job.LossCause;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.protocol.query.BatchView;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;
import refinery.survey.SurveyEffect;
import refinery.survey.SurveyLogic;
import refinery.survey.SurveyRoutes;
import refinery.survey.SurveyTransitions;
import refinery.testing.StoredEvents;

/** Entities in memory; messages are delivered in any order, some never, some twice. */
final class World {
  static final int RUNS = 4;
  private static final String MADE_OF = "made_of";
  private static final NodeId NODE = new NodeId("node-1");
  private static final Resources LEAST = Resources.of(1, 1, 1);
  private static final Need.One INDEX =
      new Need.One("index", Selector.of("transcriptome-index", "salmon-index"), "");
  private static final RefinedArtifact THE_INDEX =
      new RefinedArtifact(
          new BatchId("batch-index"),
          "transcriptome-index",
          "salmon-index",
          "index.tar.gz",
          Optional.empty(),
          Map.of(),
          "ab",
          1,
          "application/gzip",
          Instant.EPOCH);

  private final Random random;
  private final double loss;
  double failing = 0.2;
  boolean nodesDie = true;

  /** False: every job stays in the queue. */
  boolean placing = true;

  /** Whether there is what salmon runs need. */
  boolean indexed = true;

  /** Whether a survey job at times finds right after that the source offers other files. */
  boolean describesTwice;

  /** What the source offers: another number, other files. */
  private int offered;

  /** Runs that the source has beside the first ones. */
  final List<String> newRuns = new ArrayList<>();

  /** Runs of which the source has other files now. */
  final Set<String> changedRuns = new TreeSet<>();

  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  int started;

  private final JobLogic jobLogic =
      new JobLogic(new RetryPolicy(50, Duration.ofSeconds(1), Duration.ofSeconds(2)));
  private final BatchLogic batchLogic = new BatchLogic(new Planner());
  private final SurveyLogic surveyLogic = new SurveyLogic();

  final Map<JobId, Optional<Job>> jobs = new TreeMap<>();
  private final Transitions<JobCommand, JobEvent, Optional<Job>> jobTransitions =
      JobTransitions.ofJobs();
  final Map<BatchId, Optional<Batch>> batches = new TreeMap<>();
  private final Transitions<BatchCommand, BatchEvent, Optional<Batch>> batchTransitions =
      BatchTransitions.ofBatches();
  final Map<SurveyId, SurveyLogic.Slot> surveys = new TreeMap<>();
  private final Transitions<SurveyCommand, SurveyEvent, SurveyLogic.Slot> surveyTransitions =
      SurveyTransitions.ofSurveys();
  private final Map<String, List<String>> journal = new TreeMap<>();
  private final List<Runnable> network = new ArrayList<>();
  final WorldSets sets = new WorldSets();
  private final Map<ActorRef<?>, Consumer<Object>> inboxes = new HashMap<>();
  private final Map<BatchId, ActorRef<JobReply>> ofBatches = new HashMap<>();
  private final Map<SurveyId, SurveyRoutes.Inboxes> ofSurveys = new HashMap<>();
  private final TestInbox<SurveyReply> people = TestInbox.create("people");
  private final TestInbox<BatchReply> batchPeople = TestInbox.create("batch-people");
  private final ActorRef<JobReply> agent = inbox(this::toAgent);
  private long assignment;

  private static final class Planner implements JobPlanner {
    @Override
    public Resources download(BatchSpec spec) {
      return LEAST;
    }

    @Override
    public Resources process(Work.Process work) {
      return LEAST;
    }

    /** Every salmon run needs the index. */
    @Override
    public List<Need> needs(Work.Process work, Optional<BatchSet> set) {
      if (set.isPresent()) {
        return List.of(new Need.All("parts", set.get()));
      }
      return work.pipeline().equals("salmon") ? List.of(INDEX) : List.of();
    }
  }

  World(long seed, double loss) {
    this.random = new Random(seed);
    this.loss = loss;
  }

  private <R> ActorRef<R> inbox(Consumer<R> reader) {
    ActorRef<R> ref = TestInbox.<R>create("inbox-" + inboxes.size()).getRef();
    @SuppressWarnings("unchecked") // nothing but replies of this type comes by this address
    Consumer<Object> any = message -> reader.accept((R) message);
    inboxes.put(ref, any);
    return ref;
  }

  ActorRef<SurveyReply> people() {
    return people.getRef();
  }

  void create(SurveyId id, int priority) {
    create(id, "ena", priority);
  }

  void create(SurveyId id, String source, int priority) {
    SurveyRequest request =
        new SurveyRequest(
            source, JsonNodeFactory.instance.objectNode(), "p", Map.of(), priority, Map.of());
    person(id, new SurveyCommand.Create(request, Optional.empty(), people()));
  }

  void plan(SurveyId id) {
    SurveyRequest request =
        new SurveyRequest("ena", JsonNodeFactory.instance.objectNode(), "p", Map.of(), 0, Map.of());
    person(id, new SurveyCommand.Create(request.planned(Map.of()), Optional.empty(), people()));
  }

  /** People repeat themselves until they are heard. */
  void person(SurveyId id, SurveyCommand command) {
    toSurvey(id, command);
  }

  void person(BatchId id, BatchCommand command) {
    toBatch(id, command);
  }

  ActorRef<BatchReply> batchPeople() {
    return batchPeople.getRef();
  }

  /** Whether every batch knows of that survey. */
  boolean isClaimedWhole(SurveyId survey) {
    return batches.values().stream()
        .allMatch(slot -> slot.flatMap(batch -> batch.observers().claimed(survey)).isPresent());
  }

  /** One thing that a person may do now. */
  void anything(Random dice) {
    List<SurveyId> known = List.copyOf(surveys.keySet());
    SurveyId survey = known.get(dice.nextInt(known.size()));
    List<BatchId> there =
        batches.entrySet().stream()
            .filter(entry -> entry.getValue().isPresent())
            .map(Map.Entry::getKey)
            .toList();
    switch (dice.nextInt(10)) {
      case 8 -> offered++;
      case 9 -> indexed = !indexed;
      case 0, 1 -> person(survey, new SurveyCommand.Cancel("a person", Optional.empty(), people()));
      case 2, 3 -> person(survey, new SurveyCommand.Retry(Optional.empty(), people()));
      case 4 ->
          person(
              survey, new SurveyCommand.SetPriority(dice.nextInt(100), Optional.empty(), people()));
      case 5 -> create(new SurveyId("survey-" + (known.size() + 1)), dice.nextInt(100));
      default -> {
        if (!there.isEmpty()) {
          BatchId batch = there.get(dice.nextInt(there.size()));
          toBatch(
              batch,
              switch (dice.nextInt(4)) {
                case 0 -> new BatchCommand.Reprocess(Optional.empty(), batchPeople.getRef());
                case 1 -> new BatchCommand.Retry(Optional.empty(), batchPeople.getRef());
                case 2 -> new BatchCommand.Cancel("a person", Optional.empty(), batchPeople());
                default ->
                    new BatchCommand.LetRawDataGo(now, Optional.empty(), batchPeople.getRef());
              });
        }
      }
    }
  }

  SurveyState state(SurveyId id) {
    return surveys.get(id).survey().orElseThrow().state();
  }

  /** Delivers until nothing is under way and nothing is outstanding. */
  void run() {
    for (int round = 0; round < 400; round++) {
      steps(2_000);
      if (network.isEmpty() && quiet()) {
        return;
      }
      timePasses();
    }
    throw new AssertionError("does not come to an end: " + restless());
  }

  /** Delivers until surveys and batches have all answers; what no node may run stays queued. */
  void settle() {
    for (int round = 0; round < 400; round++) {
      steps(2_000);
      boolean answered =
          batches.values().stream().allMatch(batch -> batchLogic.outstanding(batch).isEmpty())
              && surveys.values().stream()
                  .allMatch(slot -> surveyLogic.outstanding(slot).isEmpty());
      if (network.isEmpty() && answered) {
        return;
      }
      timePasses();
    }
    throw new AssertionError("is not answered: " + restless());
  }

  long awaiting() {
    return batches.values().stream().filter(batch -> awaited(batch).isPresent()).count();
  }

  private List<Object> restless() {
    List<Object> restless = new ArrayList<>();
    jobs.values()
        .forEach(
            job -> {
              restless.addAll(jobLogic.outstanding(job));
              job.filter(each -> !each.state().isTerminal())
                  .ifPresent(each -> restless.add(each.id() + " " + each.state()));
            });
    batches.values().forEach(batch -> restless.addAll(batchLogic.outstanding(batch)));
    batches.values().stream()
        .flatMap(batch -> awaited(batch).stream())
        .filter(need -> provision(need).isPresent())
        .forEach(restless::add);
    surveys.values().forEach(slot -> restless.addAll(surveyLogic.outstanding(slot)));
    return restless;
  }

  private boolean quiet() {
    return restless().isEmpty();
  }

  void steps(int count) {
    for (int i = 0; i < count && !network.isEmpty(); i++) {
      Runnable message = network.remove(random.nextInt(network.size()));
      if (random.nextDouble() >= loss) {
        message.run();
        if (random.nextDouble() < loss / 3) {
          network.add(message);
        }
      }
    }
  }

  /** What timers do: every entity repeats what is outstanding; a lost node is noticed. */
  void timePasses() {
    now = now.plusSeconds(60);
    for (SurveyId id : List.copyOf(surveys.keySet())) {
      surveyLogic.outstanding(surveys.get(id)).forEach(effect -> perform(id, effect));
    }
    for (BatchId id : List.copyOf(batches.keySet())) {
      batchLogic.outstanding(batches.get(id)).forEach(effect -> perform(id, effect));
      awaited(batches.get(id))
          .ifPresent(
              need ->
                  provision(need)
                      .ifPresent(there -> toBatch(id, new BatchCommand.Offered(need, there))));
    }
    for (JobId id : List.copyOf(jobs.keySet())) {
      toJob(id, jobLogic.wake());
      jobLogic.outstanding(jobs.get(id)).forEach(this::perform);
      jobs.get(id)
          .filter(job -> job.state() == JobState.RUNNING)
          .ifPresent(
              job ->
                  toJob(
                      id,
                      new JobCommand.Lose(
                          job.attempt(), NODE, "silent", LossCause.MOVED, Optional.empty())));
    }
  }

  private Moment moment(String entityId) {
    now = now.plusMillis(1);
    return new Moment(entityId, now, random.nextDouble(), 0);
  }

  private void toJob(JobId id, JobCommand command) {
    Optional<Job> before = jobs.getOrDefault(id, Optional.empty());
    jobs.put(id, decide(jobLogic, jobTransitions, id.value(), before, command, this::perform));
  }

  private void toBatch(BatchId id, BatchCommand command) {
    Optional<Batch> before = batches.getOrDefault(id, Optional.empty());
    batches.put(
        id,
        decide(
            batchLogic,
            batchTransitions,
            id.value(),
            before,
            command,
            effect -> perform(id, effect)));
  }

  private void toSurvey(SurveyId id, SurveyCommand command) {
    SurveyLogic.Slot before = surveys.getOrDefault(id, surveyLogic.empty(id.value()));
    surveys.put(
        id,
        decide(
            surveyLogic,
            surveyTransitions,
            id.value(),
            before,
            command,
            effect -> perform(id, effect)));
  }

  /** As the actor does: what becomes outstanding is performed at once. */
  private <C, E, S, X> S decide(
      Logic<C, E, S, X> logic,
      Transitions<C, E, S> transitions,
      String id,
      S before,
      C command,
      Consumer<X> perform) {
    Decision<E, X> decision = logic.decide(before, command, moment(id));
    S after = before;
    for (E event : decision.events()) {
      after = logic.evolve(after, event);
      journal.computeIfAbsent(id, each -> new ArrayList<>()).add(StoredEvents.write(event));
      started += event instanceof JobEvent.Started ? 1 : 0;
    }
    transitions.see(before, command, decision.events(), after);
    decision.effects().forEach(perform);
    if (!decision.events().isEmpty()) {
      List<X> old = logic.outstanding(before);
      logic.outstanding(after).stream().filter(effect -> !old.contains(effect)).forEach(perform);
    }
    return after;
  }

  private void perform(JobEffect effect) {
    post(JobRoutes.route(effect));
  }

  private void perform(BatchId self, BatchEffect effect) {
    ActorRef<JobReply> replies =
        ofBatches.computeIfAbsent(
            self, id -> inbox(reply -> toBatch(id, BatchRoutes.meaning(reply))));
    post(BatchRoutes.route(effect, replies));
  }

  private void perform(SurveyId self, SurveyEffect effect) {
    SurveyRoutes.Inboxes replies =
        ofSurveys.computeIfAbsent(
            self,
            id ->
                new SurveyRoutes.Inboxes(
                    inbox(reply -> toSurvey(id, SurveyRoutes.meaning((JobReply) reply))),
                    inbox(reply -> toSurvey(id, SurveyRoutes.meaning((BatchReply) reply)))));
    post(SurveyRoutes.route(effect, replies));
  }

  private void post(Post post) {
    network.add(
        () -> {
          switch (post) {
            case Post.ToSurvey survey -> toSurvey(survey.to(), survey.message());
            case Post.ToBatch batch -> toBatch(batch.to(), batch.message());
            case Post.ToJob job -> toJob(job.to(), job.message());
            case Post.ToScheduler scheduler -> schedule(scheduler.message());
            case Post.ToArtifacts question ->
                toBatch(
                    question.asking(),
                    new BatchCommand.Sought(question.need(), provision(question.need())));
            case Post.ToMembers window -> toMembers(window);
            case Post.ToUnlisted marks ->
                throw new AssertionError("this world has no schedules: " + marks);
            case Post.ToSurveyRow question ->
                throw new AssertionError("this world has no schedules: " + question);
            case Post.Answer<?> answer ->
                inboxes.getOrDefault(answer.to(), nobody -> {}).accept(answer.reply());
          }
        });
  }

  /** Places at once; an attempt that must stop is heard of by its node's silence. */
  private void schedule(SchedulerCommand command) {
    if (placing && command instanceof SchedulerCommand.Announce announce) {
      toJob(
          announce.ticket().job(),
          new JobCommand.Start(NODE, 1, ++assignment, random.nextBoolean(), agent));
    }
  }

  private void toAgent(JobReply reply) {
    if (!(reply instanceof JobReply.Granted granted) || (nodesDie && random.nextDouble() < 0.1)) {
      return;
    }
    if (granted.spec().work() instanceof Work.Survey survey) {
      List<BatchSpec> found =
          survey.source().equals(WorldSets.SOURCE) ? List.of(sets.batch()) : found();
      discover(granted, found, 0);
    } else {
      finish(granted, outcome(granted));
    }
  }

  /** By two batches at a time; goes on when they are acknowledged, and ends when refused. */
  private void discover(JobReply.Granted granted, List<BatchSpec> all, int from) {
    if (from >= all.size()) {
      finish(granted, succeeded(new JobResult.Surveyed(all.size())));
      return;
    }
    SurveyId survey = granted.spec().surveyId().orElseThrow();
    ActorRef<SurveyReply> acknowledged =
        inbox(
            reply -> {
              if (reply instanceof SurveyReply.Recorded) {
                discover(granted, all, from + 2);
                describeAnew(granted, all.subList(from, Math.min(from + 2, all.size())));
              } else {
                finish(granted, failed(FailureClass.PERMANENT));
              }
            });
    SurveyCommand record =
        new SurveyCommand.Record(
            granted.job(), all.subList(from, Math.min(from + 2, all.size())), acknowledged);
    network.add(() -> toSurvey(survey, record));
  }

  private void describeAnew(JobReply.Granted granted, List<BatchSpec> known) {
    if (describesTwice && random.nextDouble() < 0.3) {
      offered++;
      List<BatchSpec> again =
          known.stream().map(spec -> batch(spec.key(), spec.pipeline())).toList();
      SurveyId survey = granted.spec().surveyId().orElseThrow();
      SurveyCommand record =
          new SurveyCommand.Record(granted.job(), again, inbox((SurveyReply reply) -> {}));
      network.add(() -> toSurvey(survey, record));
    }
  }

  private List<BatchSpec> found() {
    List<BatchSpec> found = new ArrayList<>();
    for (int run = 0; run < RUNS; run++) {
      found.add(batch("run" + run, "salmon"));
      found.add(batch("run" + run, "kallisto"));
    }
    for (String run : newRuns) {
      found.add(batch(run, "salmon"));
      found.add(batch(run, "kallisto"));
    }
    return found;
  }

  private void finish(JobReply.Granted granted, Outcome outcome) {
    JobCommand finish = new JobCommand.Finish(granted.attempt(), outcome, LEAST, agent);
    network.add(() -> toJob(granted.job(), finish));
    network.add(() -> toJob(granted.job(), finish));
  }

  private Outcome outcome(JobReply.Granted granted) {
    if (loss > 0 && random.nextDouble() < failing) {
      return failed(random.nextBoolean() ? FailureClass.TRANSIENT : FailureClass.PERMANENT);
    }
    return switch (granted.spec().work()) {
      case Work.Survey survey -> throw new AssertionError("discovers by batches");
      case Work.Download download ->
          succeeded(new JobResult.Downloaded(raw(granted.job(), download.files()), Map.of()));
      case Work.Process process
          when process.pipeline().equals("salmon") && process.provided().isEmpty() ->
          throw new AssertionError("a job without what it needs");
      case Work.Process process
          when process.pipeline().equals(WorldSets.PIPELINE) && process.provided().isEmpty() ->
          throw new AssertionError("a job without the outputs of its set");
      case Work.Process process ->
          succeeded(
              new JobResult.Processed(
                  List.of(new Artifact("out", "content-" + random.nextInt(2), 1, "text/plain")),
                  Map.of(MADE_OF, madeOf(process)),
                  "",
                  Optional.empty()));
    };
  }

  private static String madeOf(Work.Process process) {
    return process.inputs().isEmpty()
        ? process.provided().getFirst().sha256()
        : process.inputs().getFirst().url();
  }

  private Optional<Provision> provision(Need need) {
    return switch (need) {
      case Need.One one ->
          Optional.<Provision>of(new Provision.One(one.role(), THE_INDEX)).filter(is -> indexed);
      case Need.All all -> sets.provision(all, this::view);
    };
  }

  private Optional<BatchView> view(BatchId id) {
    return batchLogic
        .row(batches.getOrDefault(id, Optional.empty()))
        .map(row -> ((ReadRow.Batch) row).view());
  }

  /** What is made of other batches, as it is seen. */
  BatchView made() {
    return view(WorldSets.id()).orElseThrow();
  }

  void checkSets() {
    view(WorldSets.id())
        .ifPresent(made -> sets.check(made, made.facts().getOrDefault(MADE_OF, ""), this::view));
  }

  void reprocess(BatchId batch) {
    toBatch(batch, new BatchCommand.Reprocess(Optional.empty(), batchPeople.getRef()));
  }

  /** As the courier does: a few batches are asked, and all must answer. */
  private void toMembers(Post.ToMembers window) {
    List<MemberOutput> asked = sets.window(window);
    Map<BatchId, BatchReply> replies = new TreeMap<>();
    for (MemberOutput member : asked) {
      ActorRef<BatchReply> replyTo =
          inbox(
              reply -> {
                replies.put(reply.batch(), reply);
                if (replies.size() == asked.size()) {
                  long upTo = window.from() + asked.size();
                  toBatch(
                      window.asking(),
                      BatchRoutes.answered(window, upTo, List.copyOf(replies.values())));
                }
              });
      post(new Post.ToBatch(member.batch(), BatchRoutes.observe(window, member, replyTo)));
    }
  }

  private static List<RawFile> raw(JobId job, List<SourceFile> files) {
    return files.stream()
        .map(
            file ->
                new RawFile(
                    file.name(),
                    "reads",
                    job.value() + "/" + file.name(),
                    "",
                    1,
                    "ena",
                    file.locations().getFirst().url(),
                    OptionalLong.empty(),
                    OptionalLong.empty()))
        .toList();
  }

  private static Outcome succeeded(JobResult result) {
    return new Outcome.Succeeded(result, Usage.NONE, List.of());
  }

  private static Outcome failed(FailureClass failureClass) {
    return new Outcome.Failed(Failure.of(failureClass, "chance"), Usage.NONE, List.of());
  }

  private BatchSpec batch(String run, String pipeline) {
    Location.Checksum md5 = new Location.Checksum("md5", "%032x".formatted(version(run)));
    Location location =
        new Location("ena", url(run), "fastq.gz", OptionalLong.of(1), Optional.of(md5));
    return new BatchSpec(
        BatchSpec.idOf("ena", run, pipeline, Map.of()),
        "ena",
        run,
        pipeline,
        Optional.empty(),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(new SourceFile(run + ".fastq.gz", "fastq.gz", List.of(location))),
        "ena:" + run,
        1,
        Optional.empty());
  }

  private static Optional<Need> awaited(Optional<Batch> batch) {
    return batch.flatMap(Batch::awaited);
  }

  private String url(String run) {
    return "https://example.org/" + run + "/" + version(run);
  }

  private int version(String run) {
    return offered + (changedRuns.contains(run) ? 1000 : 0);
  }

  /**
   * What is done was made of the files that its batch shows; when the source offers others since,
   * it says so. All surveys have ended, the last one after the source changed last.
   */
  void checkMadeOfWhatIsShown() {
    for (Optional<Batch> slot : batches.values()) {
      BatchView view = ((ReadRow.Batch) batchLogic.row(slot).orElseThrow()).view();
      if (view.state() == BatchState.DONE && !view.files().isEmpty()) {
        String madeOf = view.facts().get(MADE_OF);
        assertThat(view.files().getFirst().locations()).containsExactly(madeOf);
        assertThat(view.reason().isEmpty())
            .as("%s is made of %s, offered is %s", view.key(), madeOf, offered)
            .isEqualTo(madeOf.equals(url(view.key())));
      }
    }
  }

  /** All is done, and says that the source has changed exactly if it was described so last. */
  void checkLastDescriptions() {
    Map<BatchId, SurveyEvent.BatchesFound> last = new HashMap<>();
    surveys.keySet().stream()
        .flatMap(id -> journal.get(id.value()).stream())
        .map(stored -> StoredEvents.read(stored, SurveyEvent.class))
        .filter(SurveyEvent.BatchesFound.class::isInstance)
        .map(SurveyEvent.BatchesFound.class::cast)
        .sorted(Comparator.comparing(SurveyEvent.BatchesFound::at))
        .forEach(found -> found.batches().forEach(spec -> last.put(spec.id(), found)));
    batches.forEach(
        (id, slot) -> {
          BatchView view = ((ReadRow.Batch) batchLogic.row(slot).orElseThrow()).view();
          String described =
              last.get(id).batches().stream()
                  .filter(spec -> spec.id().equals(id))
                  .map(spec -> spec.files().getFirst().locations().getFirst().url())
                  .findFirst()
                  .orElseThrow();
          assertThat(view.state()).isEqualTo(BatchState.DONE);
          assertThat(view.reason().isEmpty())
              .as("%s is made of %s, described last %s", id, view.facts(), described)
              .isEqualTo(view.facts().get(MADE_OF).equals(described));
        });
  }

  /** Nothing is outstanding, and whoever reads the journal again sees the same. */
  void checkSettled() {
    assertThat(restless()).isEmpty();
    jobs.forEach(
        (id, job) -> assertThat(replayed(jobLogic, id.value(), JobEvent.class)).isEqualTo(job));
    batches.forEach(
        (id, batch) ->
            assertThat(replayed(batchLogic, id.value(), BatchEvent.class)).isEqualTo(batch));
    surveys.forEach(
        (id, slot) ->
            assertThat(replayed(surveyLogic, id.value(), SurveyEvent.class)).isEqualTo(slot));
  }

  private <E, S> S replayed(Logic<?, E, S, ?> logic, String id, Class<E> kind) {
    S state = logic.empty(id);
    for (String stored : journal.getOrDefault(id, List.of())) {
      state = logic.evolve(state, StoredEvents.read(stored, kind));
    }
    return state;
  }

  /** The survey knows every batch that there is, all have ended, and it says how. */
  void checkEnded(SurveyId id) {
    assertThat(batches.values())
        .allSatisfy(batch -> assertThat(batch.orElseThrow().state().isTerminal()).isTrue());
    assertThat(viewsOf(id)).as("all runs belong to %s", id).hasSize(RUNS * 2);
    Set<BatchState> states =
        batches.values().stream()
            .map(batch -> batch.orElseThrow().state())
            .collect(Collectors.toSet());
    SurveyState expected =
        states.equals(Set.of(BatchState.DONE)) ? SurveyState.DONE : SurveyState.DONE_WITH_FAILURES;
    assertThat(state(id)).as("%s with %s", id, states).isEqualTo(expected);
    long failed =
        batches.values().stream()
            .filter(batch -> batch.orElseThrow().state() == BatchState.FAILED)
            .count();
    if (failed > 0) {
      assertThat(reason(id)).contains(failed + " of " + RUNS * 2 + " batches failed");
    }
  }

  private List<BatchView> viewsOf(SurveyId id) {
    return batches.values().stream()
        .map(batch -> ((ReadRow.Batch) batchLogic.row(batch).orElseThrow()).view())
        .filter(view -> view.surveyIds().contains(id))
        .toList();
  }

  /** What a job does, and of which run. */
  String workOn(JobId id) {
    return switch (jobs.get(id).orElseThrow().spec().work()) {
      case Work.Survey survey -> "survey";
      case Work.Download download -> "download " + download.key();
      case Work.Process process -> process.pipeline() + " " + process.said().get("key");
    };
  }

  /** The natural keys of the batches that are done and show a reason that begins so. */
  List<String> keysOfReason(String beginning) {
    return batches.values().stream()
        .flatMap(Optional::stream)
        .filter(batch -> batch.state() == BatchState.DONE)
        .filter(
            batch ->
                ((ReadRow.Batch) batchLogic.row(Optional.of(batch)).orElseThrow())
                    .view()
                    .reason()
                    .filter(reason -> reason.startsWith(beginning))
                    .isPresent())
        .map(batch -> batch.spec().key())
        .toList();
  }

  private String reason(SurveyId id) {
    return ((ReadRow.Survey) surveyLogic.row(surveys.get(id)).orElseThrow())
        .view()
        .reason()
        .orElse("");
  }

  /** Every job that has not ended. */
  void checkPriorities(int wanted) {
    assertThat(jobs.values().stream().map(jobLogic::row).map(Optional::orElseThrow))
        .map(row -> ((ReadRow.Job) row).view())
        .filteredOn(view -> !view.state().isTerminal())
        .allSatisfy(view -> assertThat(view.priority()).as("%s", view).isEqualTo(wanted));
  }

  void checkNothingGoesOn() {
    assertThat(batches.values())
        .allSatisfy(batch -> assertThat(batch.orElseThrow().state().isTerminal()).isTrue());
    assertThat(jobs.values())
        .allSatisfy(job -> assertThat(job.orElseThrow().state().isTerminal()).isTrue());
  }

  /** Every batch that knows the survey knows that it wants nothing, and nothing goes on. */
  void checkCancelled(SurveyId id) {
    assertThat(state(id)).isEqualTo(SurveyState.CANCELLED);
    for (Optional<Batch> slot : batches.values()) {
      Batch batch = slot.orElseThrow();
      assertThat(batch.observers().claimed(id).filter(known -> known.claim().wanted()).isEmpty())
          .as("%s was told that %s lets it go", batch.spec().key(), id)
          .isTrue();
      assertThat(batch.state().isTerminal()).isTrue();
    }
    assertThat(jobs.values())
        .allSatisfy(job -> assertThat(job.orElseThrow().state().isTerminal()).isTrue());
  }

  /** Whatever was cancelled was so by this person, as its event and its view say. */
  void checkCancelledBy(Actor actor) {
    List<String> cancels =
        journal.values().stream()
            .flatMap(List::stream)
            .filter(event -> event.startsWith("{\"type\":\"cancelled\""))
            .toList();
    assertThat(cancels)
        .isNotEmpty()
        .allSatisfy(event -> assertThat(event).contains("\"actor\":\"" + actor + "\""));
    batches.values().stream()
        .map(batch -> ((ReadRow.Batch) batchLogic.row(batch).orElseThrow()).view())
        .filter(view -> view.state() == BatchState.CANCELLED)
        .forEach(view -> assertThat(view.actor()).contains(actor));
    jobs.values().stream()
        .map(job -> ((ReadRow.Job) jobLogic.row(job).orElseThrow()).view())
        .filter(view -> view.state() == JobState.CANCELLED)
        .forEach(view -> assertThat(view.actor()).contains(actor));
  }

  /** Raw data of a finished pair of batches is let go; nothing else is. */
  void checkSharedDownloads() {
    for (Optional<Job> slot : jobs.values()) {
      Job job = slot.orElseThrow();
      if (job.spec().kind() != JobKind.DOWNLOAD || job.state() != JobState.SUCCEEDED) {
        continue;
      }
      boolean allDone =
          job.owners().stream()
              .allMatch(id -> batches.get(id).orElseThrow().state() == BatchState.DONE);
      assertThat(job.rawDataDiscarded()).isEqualTo(allDone);
    }
  }
}
