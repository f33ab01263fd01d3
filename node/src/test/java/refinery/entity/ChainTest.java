package refinery.entity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import refinery.protocol.SurveyId;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyState;

/**
 * Survey, batches and jobs together over a network that loses, doubles and reorders every message,
 * with nodes that die: the chain still ends, everything is done once, nothing is left outstanding.
 * Messages go where the product's own routes send them.
 */
class ChainTest {
  private static final SurveyId SURVEY = new SurveyId("survey-1");
  private static final SurveyId OTHER = new SurveyId("survey-2");
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

  /** Also what was on its way to be registered when the cancel came. */
  @Property(tries = 300)
  void aCancelledSurveyLeavesNothingRunningOrOutstanding(@ForAll long seed) {
    World world = new World(seed, 0.2);
    world.create(SURVEY, 0);
    world.steps(new Random(seed).nextInt(120));
    world.person(SURVEY, new SurveyCommand.Cancel("enough", world.people()));
    world.run();
    world.checkCancelled(SURVEY);
    world.checkSettled();
  }

  /** Of a job that no node can hold, nothing is heard but the answers to its batch. */
  @Property(tries = 300)
  void aCancelledSurveyLeavesNothingInTheQueue(@ForAll long seed) {
    World world = new World(seed, 0.3);
    world.create(SURVEY, 0);
    world.steps(new Random(seed).nextInt(120));
    world.placing = false;
    world.person(SURVEY, new SurveyCommand.Cancel("enough", world.people()));
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
    world.person(SURVEY, new SurveyCommand.Retry(world.people()));
    world.run();
    assertThat(world.state(SURVEY)).isEqualTo(SurveyState.DONE);
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
    world.person(SURVEY, new SurveyCommand.Cancel("a slip", world.people()));
    world.steps(random.nextInt(100));
    world.failing = 0;
    world.person(SURVEY, new SurveyCommand.Retry(world.people()));
    world.run();
    world.surveys.keySet().forEach(world::checkEnded);
    assertThat(world.batches).hasSize(World.RUNS * 2);
    world.checkSettled();
  }

  /** Whatever people do, and when: cancel, retry, reprocess, change priorities. */
  @Property(tries = 500)
  void whateverPeopleDoEveryBatchEndsAndEverySurveyKnowsIt(@ForAll long seed) {
    histories(seed, 1);
  }

  /** With this seed, a download that was let go and retried by another batch was believed. */
  @Example
  void whatWasLetGoIsNotWaitedFor() {
    histories(338_373_171, 1);
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

  static void histories(long seed, int count) {
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      World world = new World(seed + i, random.nextInt(3) * 0.15);
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
  }

  private static void check(World world, SurveyId id, Random random) {
    if (world.state(id) == SurveyState.CANCELLED) {
      world.checkCancelled(id);
      if (random.nextBoolean()) {
        world.person(id, new SurveyCommand.Retry(world.people()));
        world.run();
        world.checkEnded(id);
      }
    } else {
      world.checkEnded(id);
    }
  }
}
