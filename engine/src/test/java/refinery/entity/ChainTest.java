package refinery.entity;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobKind;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyState;

/**
 * Survey, batches and jobs together over a network that loses, doubles and reorders every message,
 * with nodes that die: the chain still ends, everything is done once, nothing is left outstanding.
 * Messages go where the product's own routes send them. {@code -Drefinery.histories=100000} makes
 * many more of them; what fails names its seed.
 */
class ChainTest {
  /** How many generated histories the largest property is to see, about. */
  private static final int HISTORIES = Integer.getInteger("refinery.histories", 500);

  private static final int HISTORY_TRIES = 500;
  private static final SurveyId SURVEY = new SurveyId("survey-1");
  private static final SurveyId OTHER = new SurveyId("survey-2");
  private static final SurveyId SETS = new SurveyId("survey-sets");
  private static final Actor ANN = new Actor("ann");
  private static final SurveyId LAST = new SurveyId("survey-last");

  @Property(tries = 300)
  void everySurveyEndsOnceWhateverHappensToMessages(@ForAll long seed) {
    World world = new World(seed, 0.3);
    world.create(SURVEY, 0);
    world.run();
    world.checkEnded(SURVEY);
    assertThat(world.batches).hasSize(World.RUNS * 2);
    world.checkSettled();
    world.checkSharedDownloads();
  }

  @Property(tries = 200)
  void aSecondSurveyOfTheSameDataDoesNoWorkTwice(@ForAll long seed) {
    World world = new World(seed, 0.0);
    world.nodesDie = false;
    world.create(SURVEY, 0);
    world.run();
    int started = world.started;
    world.create(OTHER, 0);
    world.run();
    assertThat(world.state(OTHER)).isEqualTo(SurveyState.DONE);
    assertThat(world.started).as("only the second survey job itself").isEqualTo(started + 1);
    world.checkSettled();
  }

  /** What is done of a run with other files now stays as it is, and says that they changed. */
  @Property(tries = 200)
  void aLaterSurveyDoesOnlyTheWorkOfNewRunsAndNoticesChangedOnes(@ForAll long seed) {
    World world = new World(seed, 0.0);
    world.nodesDie = false;
    world.create(SURVEY, 0);
    world.run();
    int started = world.started;
    Set<JobId> earlier = Set.copyOf(world.jobs.keySet());
    world.newRuns.add("run-new");
    world.changedRuns.add("run1");
    world.create(OTHER, 0);
    world.run();
    assertThat(world.state(OTHER)).isEqualTo(SurveyState.DONE);
    Set<JobId> later = new TreeSet<>(world.jobs.keySet());
    later.removeAll(earlier);
    assertThat(world.started).as("no earlier job anew").isEqualTo(started + later.size());
    assertThat(later.stream().map(world::workOn).distinct())
        .as("beside the survey job the new run's download and two pipelines")
        .containsExactlyInAnyOrder(
            "survey", "download run-new", "salmon run-new", "kallisto run-new");
    assertThat(world.batches).hasSize((World.RUNS + 1) * 2);
    assertThat(world.keysOfReason("the source offers other files since"))
        .as("both pipelines of it")
        .containsExactly("run1", "run1");
    world.checkSettled();
  }

  /** Also what was on its way to be registered when the cancel came. */
  @Property(tries = 300)
  void aCancelledSurveyLeavesNothingRunningOrOutstanding(@ForAll long seed) {
    World world = new World(seed, 0.2);
    world.create(SURVEY, 0);
    world.steps(new Random(seed).nextInt(120));
    world.person(SURVEY, new SurveyCommand.Cancel("enough", Optional.empty(), world.people()));
    world.run();
    world.checkCancelled(SURVEY);
    world.checkSettled();
  }

  /** The batches and jobs that end with it, and how they stand, tell of the person. */
  @Property(tries = 200)
  void whoCancelledASurveyIsToldByAllThatEndsWithIt(@ForAll long seed) {
    World world = new World(seed, 0.2);
    world.failing = 0;
    world.create(SURVEY, 0);
    world.steps(new Random(seed).nextInt(120));
    world.person(SURVEY, new SurveyCommand.Cancel("enough", Optional.of(ANN), world.people()));
    world.run();
    world.checkCancelledBy(ANN);
  }

  /** Of a job that no node can hold, nothing is heard but the answers to its batch. */
  @Property(tries = 300)
  void aCancelledSurveyLeavesNothingInTheQueue(@ForAll long seed) {
    World world = new World(seed, 0.3);
    world.create(SURVEY, 0);
    world.steps(new Random(seed).nextInt(120));
    world.placing = false;
    world.person(SURVEY, new SurveyCommand.Cancel("enough", Optional.empty(), world.people()));
    world.run();
    world.checkCancelled(SURVEY);
    world.checkSettled();
  }

  /** With this seed, only the last state of a batch that was taken up came to be known. */
  @Example
  void retryingASurveyDoesNotEndItBeforeItsBatchesAreTakenUp() {
    retryingASurveyTakesUpWhatFailed(14_904);
  }

  @Property(tries = 200)
  void retryingASurveyTakesUpWhatFailed(@ForAll long seed) {
    World world = new World(seed, 0.2);
    world.failing = 1.0;
    world.create(SURVEY, 0);
    world.run();
    world.failing = 0;
    world.nodesDie = false;
    world.person(SURVEY, new SurveyCommand.Retry(Optional.empty(), world.people()));
    world.run();
    assertThat(world.state(SURVEY)).isEqualTo(SurveyState.DONE);
    world.checkSettled();
  }

  /** Whatever is lost: before its answer a plan begins nothing, and then only what was chosen. */
  @Property(tries = 200)
  void aPlanBeginsNothingBeforeItsAnswerAndThenWhatWasChosen(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World(seed, 0.25);
    world.failing = 0;
    world.nodesDie = false;
    world.plan(SURVEY);
    if (random.nextBoolean()) {
      world.steps(random.nextInt(150));
      world.person(SURVEY, new SurveyCommand.Cancel("a slip", Optional.empty(), world.people()));
      world.steps(random.nextInt(150));
      world.person(SURVEY, new SurveyCommand.Retry(Optional.empty(), world.people()));
    }
    world.run();
    assertThat(world.state(SURVEY)).isEqualTo(SurveyState.AWAITING_INPUT);
    assertThat(world.batches.values())
        .isNotEmpty()
        .allSatisfy(batch -> assertThat(batch.orElseThrow().state()).isEqualTo(BatchState.PLANNED));
    assertThat(world.jobs.values())
        .map(Optional::orElseThrow)
        .filteredOn(job -> job.spec().kind() != JobKind.SURVEY)
        .allSatisfy(job -> assertThat(job.attempt()).isZero());

    int most = random.nextInt(world.batches.size() + 2);
    world.person(
        SURVEY,
        new SurveyCommand.Answer(
            JsonNodeFactory.instance.objectNode().put("at_most", most),
            Optional.empty(),
            world.people()));
    world.run();
    assertThat(world.state(SURVEY)).isEqualTo(SurveyState.DONE);
    assertThat(world.batches.values())
        .filteredOn(batch -> batch.orElseThrow().state() == BatchState.DONE)
        .hasSize(Math.min(most, world.batches.size()));
    assertThat(world.batches.values())
        .filteredOn(batch -> batch.orElseThrow().state() == BatchState.PLANNED)
        .hasSize(Math.max(0, world.batches.size() - most));
    world.checkSettled();
  }

  /** A batch that another survey wants goes on, planned or not. */
  @Property(tries = 100)
  void whatAnotherSurveyWantsGoesOnThoughItIsPlanned(@ForAll long seed) {
    World world = new World(seed, 0.25);
    world.failing = 0;
    world.nodesDie = false;
    boolean planFirst = new Random(seed).nextBoolean();
    if (planFirst) {
      world.plan(SURVEY);
      world.steps(new Random(seed).nextInt(300));
    }
    world.create(OTHER, 0);
    if (!planFirst) {
      world.steps(new Random(seed).nextInt(300));
      world.plan(SURVEY);
    }
    world.run();
    assertThat(world.state(OTHER)).isEqualTo(SurveyState.DONE);
    assertThat(world.state(SURVEY)).isEqualTo(SurveyState.AWAITING_INPUT);
    world.person(
        SURVEY,
        new SurveyCommand.Answer(
            JsonNodeFactory.instance.objectNode().put("take", "none"),
            Optional.empty(),
            world.people()));
    world.run();
    assertThat(world.state(SURVEY)).isEqualTo(SurveyState.DONE);
    assertThat(world.batches.values())
        .allSatisfy(batch -> assertThat(batch.orElseThrow().state()).isEqualTo(BatchState.DONE));
    world.checkSettled();
  }

  /** At every point of a survey's life; the retry may be the next thing that happens. */
  @Property(tries = 500)
  void aCancelledSurveyThatIsRetriedEndsWithAllItsBatches(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World(seed, random.nextBoolean() ? 0.25 : 0);
    world.create(SURVEY, 0);
    if (random.nextBoolean()) {
      world.create(OTHER, 0);
    }
    world.steps(random.nextInt(200));
    world.person(SURVEY, new SurveyCommand.Cancel("a slip", Optional.empty(), world.people()));
    world.steps(random.nextInt(100));
    world.failing = 0;
    world.person(SURVEY, new SurveyCommand.Retry(Optional.empty(), world.people()));
    world.run();
    world.surveys.keySet().forEach(world::checkEnded);
    assertThat(world.batches).hasSize(World.RUNS * 2);
    world.checkSettled();
  }

  /** Also while its first description is on its way, and its answer. */
  @Property(tries = 300)
  void whatASurveyFoundLastReachesTheBatch(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World(seed, random.nextInt(3) * 0.15);
    world.describesTwice = true;
    world.failing = 0;
    world.create(SURVEY, 0);
    if (random.nextBoolean()) {
      world.create(OTHER, 0);
    }
    world.run();
    world.checkLastDescriptions();
    world.checkSettled();
  }

  /** Nobody wants it but the person: that one can stop it again. */
  @Property(tries = 200)
  void aBatchThatWasRetriedAfterItsSurveyWasCancelledCanBeCancelled(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World(seed, random.nextInt(2) * 0.2);
    world.create(SURVEY, 0);
    world.steps(random.nextInt(120));
    world.person(SURVEY, new SurveyCommand.Cancel("enough", Optional.empty(), world.people()));
    world.run();
    world.placing = false;
    List<BatchId> batches = List.copyOf(world.batches.keySet());
    batches.forEach(
        id -> world.person(id, new BatchCommand.Retry(Optional.of(ANN), world.batchPeople())));
    world.steps(random.nextInt(60));
    batches.forEach(
        id ->
            world.person(
                id, new BatchCommand.Cancel("why", Optional.of(ANN), world.batchPeople())));
    world.run();
    world.checkCancelled(SURVEY);
    world.checkSettled();
  }

  /** A survey that has ended hears of it, but does not keep going what another took up. */
  @Property(tries = 200)
  void whatASurveyTookUpEndsWithItThoughOneThatHasEndedWantedIt(@ForAll long seed) {
    World world = new World(seed, 0.2);
    world.failing = 1;
    world.create(SURVEY, 0);
    world.run();
    world.failing = 0;
    world.create(OTHER, 0);
    for (int step = 0; step < 2_000 && !world.isClaimedWhole(OTHER); step++) {
      world.steps(1);
    }
    if (!world.isClaimedWhole(OTHER)) {
      world.run();
    }
    world.placing = false;
    world.person(OTHER, new SurveyCommand.Cancel("enough", Optional.empty(), world.people()));
    world.run();
    if (world.state(OTHER) == SurveyState.CANCELLED) {
      world.checkCancelled(OTHER);
    }
    world.checkSettled();
  }

  /** Its download was retried for another batch, which was cancelled since. */
  @Property(tries = 200)
  void whatNobodyTookUpDoesNotGoOnInPlaceOfWhatWasCancelled(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World(seed, 0.2);
    world.failing = 1;
    world.create(SURVEY, 0);
    world.run();
    world.placing = false;
    List<BatchId> some =
        List.copyOf(world.batches.keySet()).stream().filter(id -> random.nextBoolean()).toList();
    some.forEach(
        id -> world.person(id, new BatchCommand.Retry(Optional.of(ANN), world.batchPeople())));
    world.settle();
    some.forEach(
        id ->
            world.person(
                id, new BatchCommand.Cancel("why", Optional.of(ANN), world.batchPeople())));
    world.run();
    world.checkNothingGoesOn();
    world.checkSettled();
  }

  /** However late, often or never its changes arrive. */
  @Property(tries = 300)
  void aJobHasThePriorityThatWasWantedLast(@ForAll long seed) {
    Random random = new Random(seed);
    World world = new World(seed, 0.3);
    world.create(SURVEY, 50);
    world.steps(random.nextInt(200));
    world.placing = false;
    int last = 50;
    for (int change = random.nextInt(8); change >= 0; change--) {
      last = random.nextInt(3) * 10;
      world.person(SURVEY, new SurveyCommand.SetPriority(last, Optional.empty(), world.people()));
      world.steps(random.nextInt(60));
      world.timePasses();
    }
    world.settle();
    world.checkPriorities(last);
  }

  /** Whatever people do, and when: cancel, retry, reprocess, change priorities. */
  @Property(tries = HISTORY_TRIES, shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
  void whateverPeopleDoEveryBatchEndsAndEverySurveyKnowsIt(@ForAll long seed) {
    for (int next = 0; next < Math.ceilDiv(HISTORIES, HISTORY_TRIES); next++) {
      history(seed + next);
    }
  }

  /** With this seed, a download that was let go and retried by another batch was believed. */
  @Example
  void whatWasLetGoIsNotWaitedFor() {
    history(338_373_171);
  }

  /** Without a job, a message or an event of the batches that wait. */
  @Property(tries = 200)
  void whatNeedsAnIndexWaitsForItAndGoesOnWhenItIsThere(@ForAll long seed) {
    World world = new World(seed, new Random(seed).nextBoolean() ? 0.2 : 0);
    world.failing = 0;
    world.indexed = false;
    world.create(SURVEY, 0);
    world.run();
    assertThat(world.awaiting()).isEqualTo(World.RUNS);
    assertThat(world.state(SURVEY)).isEqualTo(SurveyState.RUNNING);
    world.indexed = true;
    world.run();
    world.checkEnded(SURVEY);
    assertThat(world.state(SURVEY)).isEqualTo(SurveyState.DONE);
    world.checkSettled();
  }

  /**
   * Whatever happens to the others: they are retried, cancelled, refined again, and lose a node.
   */
  @Property(tries = 60)
  void whatIsMadeOfOtherBatchesKnowsWhetherThatIsWhatIsThere(@ForAll long seed) {
    setHistories(seed);
  }

  @Example
  void aMemberThatIsRefinedAgainChangesWhatIsMadeOfIt() {
    World world = new World(7, 0);
    world.nodesDie = false;
    world.create(SURVEY, 0);
    world.run();
    world.create(SETS, WorldSets.SOURCE, 0);
    world.run();
    assertThat(world.made().state()).isEqualTo(BatchState.DONE);
    assertThat(world.made().reason()).isEmpty();
    BatchId member = BatchSpec.idOf("ena", "run0", "kallisto", Map.of());
    for (int again = 0; again < 20 && world.made().reason().isEmpty(); again++) {
      world.checkSets();
      world.reprocess(member);
      world.run();
    }
    assertThat(world.made().reason())
        .hasValueSatisfying(why -> assertThat(why).contains(member.value(), "refined again"));
    world.reprocess(WorldSets.id());
    world.run();
    assertThat(world.made().reason()).isEmpty();
    world.checkSets();
    world.checkSettled();
  }

  private static void setHistories(long seed) {
    Random random = new Random(seed);
    World world = new World(seed, random.nextInt(3) * 0.15);
    world.create(SURVEY, 0);
    world.create(SETS, WorldSets.SOURCE, 0);
    for (int act = random.nextInt(12); act >= 0; act--) {
      world.steps(random.nextInt(120));
      world.anything(random);
    }
    world.indexed = true;
    world.run();
    world.checkSets();
    world.checkSettled();
    world.failing = 0;
    world.nodesDie = false;
    for (SurveyId survey : List.copyOf(world.surveys.keySet())) {
      world.person(survey, new SurveyCommand.Retry(Optional.empty(), world.people()));
    }
    world.run();
    for (BatchId cancelled : List.copyOf(world.batches.keySet())) {
      world.person(cancelled, new BatchCommand.Retry(Optional.empty(), world.batchPeople()));
    }
    world.run();
    world.checkSets();
    assertThat(world.made().state()).isEqualTo(BatchState.DONE);
    refinedAgainWhileItIsMade(world, random);
    world.checkSets();
    world.checkSettled();
    world.reprocess(WorldSets.id());
    world.run();
    assertThat(world.made().state()).isEqualTo(BatchState.DONE);
    assertThat(world.made().reason()).isEmpty();
    world.checkSets();
    world.checkSettled();
  }

  /** Before, while, and after those that it is made of learn that it is. */
  private static void refinedAgainWhileItIsMade(World world, Random random) {
    world.reprocess(WorldSets.id());
    for (int act = random.nextInt(6); act >= 0; act--) {
      world.steps(random.nextInt(30));
      world.reprocess(world.sets.members().get(random.nextInt(World.RUNS)));
    }
    world.run();
  }

  private static void history(long seed) {
    try {
      peopleDoAnything(seed);
    } catch (AssertionError | RuntimeException wrong) {
      throw new AssertionError("in the history of seed " + seed + "L", wrong);
    }
  }

  private static void peopleDoAnything(long seed) {
    Random random = new Random(seed);
    World world = new World(seed, random.nextInt(3) * 0.15);
    world.create(SURVEY, 0);
    for (int act = random.nextInt(10); act >= 0; act--) {
      world.steps(random.nextInt(80));
      world.anything(random);
    }
    world.indexed = true;
    world.run();
    world.surveys.keySet().forEach(id -> check(world, id, random));
    world.checkSettled();
    world.create(LAST, 0);
    world.run();
    world.checkMadeOfWhatIsShown();
    world.checkSettled();
  }

  private static void check(World world, SurveyId id, Random random) {
    if (world.state(id) == SurveyState.CANCELLED) {
      world.checkCancelled(id);
      if (random.nextBoolean()) {
        world.person(id, new SurveyCommand.Retry(Optional.empty(), world.people()));
        world.run();
        world.checkEnded(id);
      }
    } else {
      world.checkEnded(id);
    }
  }
}
