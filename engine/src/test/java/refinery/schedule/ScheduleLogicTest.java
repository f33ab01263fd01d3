package refinery.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import refinery.entity.Decision;
import refinery.entity.History;
import refinery.entity.Moment;
import refinery.entity.Transitions;
import refinery.journal.ReadRow;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.query.ScheduleView;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.schedule.ScheduleEvent;
import refinery.protocol.schedule.ScheduleReply;
import refinery.protocol.schedule.ScheduleRequest;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;

/** A schedule under a clock that the test sets. */
class ScheduleLogicTest {
  private static final ScheduleId ID = ScheduleId.named("nightly");
  private static final Optional<Actor> ANN = Optional.of(new Actor("ann"));

  private final TestInbox<ScheduleReply> inbox = TestInbox.create();
  private final List<ScheduleReply> replies = new ArrayList<>();
  private final List<ScheduleEffect> looks = new ArrayList<>();
  private final ScheduleLogic logic = new ScheduleLogic();
  private final Transitions<ScheduleCommand, ScheduleEvent, ScheduleLogic.Slot> transitions =
      ScheduleTransitions.ofSchedules();
  private History<ScheduleCommand, ScheduleEvent, ScheduleLogic.Slot, ScheduleEffect> history =
      history();
  private Instant now = Instant.parse("2026-03-06T12:00:00Z");

  private History<ScheduleCommand, ScheduleEvent, ScheduleLogic.Slot, ScheduleEffect> history() {
    return new History<>(logic, ScheduleEvent.class, ID.value(), transitions);
  }

  private static ScheduleRequest request(String cron, String timezone) {
    return new ScheduleRequest(
        cron,
        timezone,
        new SurveyRequest(
            "ena",
            JsonNodeFactory.instance.objectNode().put("accession", "PRJNA1"),
            "no-op",
            Map.of(),
            50,
            Map.of("a", "b")),
        true);
  }

  private List<ScheduleEvent> give(ScheduleCommand command) {
    Decision<ScheduleEvent, ScheduleEffect> decision =
        history.give(command, new Moment(ID.value(), now, 0.5, 1));
    for (ScheduleEffect effect : decision.effects()) {
      if (effect instanceof ScheduleEffect.Reply reply) {
        replies.add(reply.reply());
      } else {
        looks.add(effect);
      }
    }
    return decision.events();
  }

  private void create(String cron, String timezone) {
    give(new ScheduleCommand.Create(request(cron, timezone), ANN, inbox.getRef()));
  }

  private Optional<Instant> wakeAt() {
    return logic.wakeAt(history.state());
  }

  private ScheduleView view() {
    return ((ReadRow.Schedule) logic.row(history.state()).orElseThrow()).view();
  }

  /** Turns the clock to the time at which the schedule wants to be woken, and wakes it. */
  private void wakeWhenDue() {
    now = wakeAt().orElseThrow();
    give(logic.wake());
  }

  /** The survey that is to be posted; it is posted, and ends as soon as it is looked at. */
  private SurveyId surveyIsPostedAndEnds() {
    ScheduleEffect.Post post = (ScheduleEffect.Post) logic.outstanding(history.state()).getFirst();
    give(new ScheduleCommand.SurveyPosted(post.survey(), Optional.empty()));
    ends(post.survey());
    return post.survey();
  }

  /** It ends, and nothing that was found earlier is missing. */
  private void ends(SurveyId survey) {
    give(new ScheduleCommand.SurveyStands(survey, SurveyState.DONE, now, 3));
    marks().ifPresent(asked -> marked(Optional.empty(), 0));
  }

  private void run() {
    give(new ScheduleCommand.Run(Optional.empty(), ANN, inbox.getRef()));
  }

  @Test
  void itRunsOnceANightAcrossBothChangesOfTheClock() {
    create("30 2 * * *", "America/New_York");
    List<String> times = new ArrayList<>();
    List<SurveyId> surveys = new ArrayList<>();
    for (Instant until = Instant.parse("2026-11-04T00:00:00Z"); now.isBefore(until); ) {
      wakeWhenDue();
      surveys.add(surveyIsPostedAndEnds());
      times.add(now.toString());
    }
    assertThat(times).as("once each night from 7 March to 4 November").hasSize(243);
    assertThat(new HashSet<>(surveys)).hasSameSizeAs(surveys);
    assertThat(times)
        .startsWith("2026-03-07T07:30:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z")
        .contains("2026-10-31T06:30:00Z", "2026-11-01T07:30:00Z", "2026-11-02T07:30:00Z");
    history.checkReplayed();
  }

  @Test
  void aTimeThatComesTwiceRunsOnce() {
    now = Instant.parse("2026-10-24T12:00:00Z");
    create("30 1 * * *", "Europe/London");
    wakeWhenDue();
    surveyIsPostedAndEnds();
    assertThat(now).isEqualTo("2026-10-25T00:30:00Z");
    now = Instant.parse("2026-10-25T01:30:00Z");
    assertThat(give(logic.wake())).as("01:30 again, in winter time").isEmpty();
    assertThat(wakeAt()).contains(Instant.parse("2026-10-26T01:30:00Z"));
  }

  @Test
  void howManySoEverWereMissedItRunsOnce() {
    create("*/10 * * * *", "UTC");
    Instant first = wakeAt().orElseThrow();
    now = now.plus(Duration.ofDays(3)).plusSeconds(7);
    assertThat(give(logic.wake()))
        .singleElement()
        .isInstanceOfSatisfying(
            ScheduleEvent.Fired.class,
            fired -> {
              assertThat(fired.due()).isEqualTo(first);
              assertThat(fired.next()).contains(Instant.parse("2026-03-09T12:10:00Z"));
            });
    surveyIsPostedAndEnds();
    assertThat(give(logic.wake())).isEmpty();
    assertThat(logic.outstanding(history.state())).isEmpty();
    assertThat(view().runs()).hasSize(1);
  }

  /** A crash between the event and the survey changes nothing: it is the same survey again. */
  @Test
  void theSurveyIsPostedUntilItIsKnownToExist() {
    create("*/10 * * * *", "UTC");
    wakeWhenDue();
    ScheduleEffect post = logic.outstanding(history.state()).getFirst();
    assertThat(post)
        .isInstanceOfSatisfying(
            ScheduleEffect.Post.class,
            survey ->
                assertThat(survey.request().labels())
                    .containsOnly(Map.entry("a", "b"), Map.entry("schedule", "nightly")));
    now = now.plusSeconds(100);
    assertThat(give(logic.wake())).isEmpty();
    history.checkReplayed();
    assertThat(logic.outstanding(history.state())).containsExactly(post);
    SurveyId survey = ((ScheduleEffect.Post) post).survey();
    give(new ScheduleCommand.SurveyPosted(survey, Optional.empty()));
    assertThat(give(new ScheduleCommand.SurveyPosted(survey, Optional.empty()))).isEmpty();
    assertThat(logic.outstanding(history.state()))
        .containsExactly(new ScheduleEffect.LookAt(ID, survey, Optional.empty()));
  }

  @Test
  void aTimeWaitsForTheLastSurveyAndThoseAfterItAreOneWithIt() {
    create("*/10 * * * *", "UTC");
    wakeWhenDue();
    SurveyId first = ((ScheduleEffect.Post) logic.outstanding(history.state()).getFirst()).survey();
    give(new ScheduleCommand.SurveyPosted(first, Optional.empty()));
    wakeWhenDue();
    Instant second = now;
    assertThat(view().waitingAt()).contains(second);
    assertThat(wakeAt()).as("nothing more to wait for").isEmpty();
    assertThat(logic.outstanding(history.state()))
        .containsExactly(new ScheduleEffect.LookAt(ID, first, Optional.of(second)));
    assertThat(give(new ScheduleCommand.SurveyStands(first, SurveyState.AWAITING_INPUT, second, 3)))
        .isEmpty();

    now = now.plus(Duration.ofHours(5));
    assertThat(give(logic.wake())).isEmpty();
    ends(first);
    assertThat(view().runs()).hasSize(2);
    assertThat(view().runs().getFirst().dueAt()).isEqualTo(second);
    assertThat(view().runs().getLast().state()).contains(SurveyState.DONE);
    surveyIsPostedAndEnds();
    assertThat(wakeAt()).contains(Instant.parse("2026-03-06T17:30:00Z"));
    assertThat(give(new ScheduleCommand.SurveyStands(first, SurveyState.DONE, now, 3)))
        .as("late")
        .isEmpty();
  }

  @Test
  void aPausedScheduleMissesItsTimesAndCanBeRun() {
    create("0 * * * *", "UTC");
    give(new ScheduleCommand.Pause(ANN, inbox.getRef()));
    assertThat(give(new ScheduleCommand.Pause(ANN, inbox.getRef()))).isEmpty();
    assertThat(wakeAt()).isEmpty();
    now = now.plus(Duration.ofHours(30));
    assertThat(give(logic.wake())).isEmpty();
    run();
    assertThat(view().runs().getFirst().dueAt()).isEqualTo(now);
    surveyIsPostedAndEnds();
    give(new ScheduleCommand.Resume(ANN, inbox.getRef()));
    assertThat(wakeAt()).contains(Instant.parse("2026-03-07T19:00:00Z"));
  }

  @Test
  void aRunByHandHasItsOwnSurveyAndLeavesTheTimesAsTheyAre() {
    create("0 * * * *", "UTC");
    Optional<Instant> next = wakeAt();
    ScheduleCommand.Run keyed = new ScheduleCommand.Run(Optional.of("k"), ANN, inbox.getRef());
    give(keyed);
    SurveyId survey =
        ((ScheduleEffect.Post) logic.outstanding(history.state()).getFirst()).survey();
    assertThat(give(keyed)).as("the same request").isEmpty();
    run();
    replies.removeFirst();
    assertThat(replies)
        .containsExactly(
            new ScheduleReply.Ran(ID, survey),
            new ScheduleReply.Ran(ID, survey),
            new ScheduleReply.Rejected(ID, "its last survey " + survey + " has not ended"));
    assertThat(wakeAt()).isEqualTo(next);
    give(new ScheduleCommand.SurveyPosted(survey, Optional.empty()));
    looks.clear();
    run();
    assertThat(looks)
        .as("it looks again at once")
        .containsExactly(new ScheduleEffect.LookAt(ID, survey, Optional.empty()));
    ends(survey);
    run();
    assertThat(surveyIsPostedAndEnds()).isNotEqualTo(survey);
  }

  @Test
  void aNameIsOneScheduleUntilItIsDeleted() {
    create("0 * * * *", "UTC");
    run();
    SurveyId survey = surveyIsPostedAndEnds();
    now = now.plusSeconds(1);
    create("0 * * * *", "UTC");
    create("1 * * * *", "UTC");
    give(new ScheduleCommand.Delete(ANN, inbox.getRef()));
    assertThat(give(new ScheduleCommand.Delete(ANN, inbox.getRef()))).isEmpty();
    assertThat(wakeAt()).isEmpty();
    create("1 * * * *", "UTC");
    assertThat(replies)
        .containsExactly(
            new ScheduleReply.Created(ID, false),
            new ScheduleReply.Ran(ID, survey),
            new ScheduleReply.Created(ID, true),
            new ScheduleReply.Rejected(
                ID, "this name belongs to another schedule; delete that first"),
            new ScheduleReply.Changed(ID),
            new ScheduleReply.NotFound(ID),
            new ScheduleReply.Created(ID, false));
    assertThat(view().runs()).isEmpty();
    run();
    assertThat(surveyIsPostedAndEnds()).as("of the new schedule").isNotEqualTo(survey);
  }

  @Test
  void timesThatCannotBeReadMakeNoSchedule() {
    create("0 0 30 2 *", "UTC");
    assertThat(history.state().schedule()).isEmpty();
    assertThat(replies.getFirst()).isInstanceOf(ScheduleReply.Rejected.class);
  }

  @Test
  void onlySoManyRunsAreRememberedHoweverManyThereWere() {
    create("* * * * *", "UTC");
    for (int i = 0; i < 200; i++) {
      wakeWhenDue();
      surveyIsPostedAndEnds();
    }
    assertThat(view().runs()).hasSize(Schedule.REMEMBERED);
    assertThat(view().lastAt()).contains(now);
  }

  private SurveyId survey(SurveyState state, long batches) {
    run();
    ScheduleEffect.Post post = (ScheduleEffect.Post) logic.outstanding(history.state()).getFirst();
    give(new ScheduleCommand.SurveyPosted(post.survey(), Optional.empty()));
    give(new ScheduleCommand.SurveyStands(post.survey(), state, now, batches));
    now = now.plusSeconds(1);
    return post.survey();
  }

  private Optional<ScheduleEffect.MarkWithdrawn> marks() {
    return logic.outstanding(history.state()).stream()
        .filter(ScheduleEffect.MarkWithdrawn.class::isInstance)
        .map(ScheduleEffect.MarkWithdrawn.class::cast)
        .findFirst();
  }

  private void marked(Optional<BatchId> last, int count) {
    ScheduleEffect.MarkWithdrawn asked = marks().orElseThrow();
    give(new ScheduleCommand.WithdrawnMarked(asked.survey(), asked.after(), last, count));
  }

  @Test
  void whatACompleteSurveyDoesNotFindAnyMoreIsMarkedPartByPart() {
    create("0 2 * * *", "UTC");
    SurveyId first = survey(SurveyState.DONE, 500);
    assertThat(marks()).as("there is nothing earlier").isEmpty();
    Instant since = now;
    SurveyId second = survey(SurveyState.DONE_WITH_FAILURES, 100);
    ScheduleEffect.MarkWithdrawn begun =
        new ScheduleEffect.MarkWithdrawn(ID, second, since, List.of(first), Optional.empty());
    assertThat(marks()).contains(begun);
    run();
    assertThat(replies.getLast()).isInstanceOf(ScheduleReply.Rejected.class);

    BatchId last = new BatchId("batch-m");
    marked(Optional.of(last), 200);
    assertThat(
            give(
                new ScheduleCommand.WithdrawnMarked(
                    second, Optional.empty(), Optional.of(last), 200)))
        .as("late")
        .isEmpty();
    assertThat(marks().orElseThrow().after()).contains(last);
    wakeWhenDue();
    assertThat(view().waitingAt()).contains(now);
    marked(Optional.empty(), 150);
    assertThat(marks()).isEmpty();
    assertThat(view().runs()).as("the time that waited").hasSize(3);
    assertThat(view().runs().get(1).withdrawn()).isEqualTo(350);
    surveyIsPostedAndEnds();
    assertThat(view().runs().getFirst().withdrawn()).isZero();
    history.checkReplayed();
  }

  @Test
  void anEmptyOrBrokenAnswerMarksNothing() {
    create("0 2 * * *", "UTC");
    SurveyId first = survey(SurveyState.DONE, 500);
    survey(SurveyState.DONE, 0);
    survey(SurveyState.FAILED, 0);
    SurveyId partial = survey(SurveyState.FAILED, 7);
    SurveyId stopped = survey(SurveyState.CANCELLED, 9);
    assertThat(marks()).isEmpty();
    SurveyId whole = survey(SurveyState.DONE, 400);
    assertThat(marks().orElseThrow().known()).containsExactly(first, partial, stopped);
    marked(Optional.empty(), 100);
    survey(SurveyState.DONE, 400);
    assertThat(marks().orElseThrow().known()).containsExactly(whole);
  }

  @Test
  void aSourceThatListsNoRunsMarksNothing() {
    ScheduleRequest runs = request("0 2 * * *", "UTC");
    give(
        new ScheduleCommand.Create(
            new ScheduleRequest(runs.cron(), runs.timezone(), runs.survey(), false),
            ANN,
            inbox.getRef()));
    survey(SurveyState.DONE, 2);
    survey(SurveyState.DONE, 1);
    assertThat(marks()).isEmpty();
  }

  /** The same histories in every run: what they lead through is the table of transitions. */
  @Test
  void everyDeclaredTransitionIsSeenAndNoOther() {
    for (int seed = 0; seed < 400; seed++) {
      history = history();
      Random random = new Random(seed);
      for (int i = 0; i < 60; i++) {
        now = now.plusSeconds(random.nextInt(1_200));
        give(any(random));
      }
      history.checkReplayed();
    }
    transitions.checkAllSeen();
  }

  private ScheduleCommand any(Random random) {
    SurveyId survey =
        history
            .state()
            .schedule()
            .flatMap(Schedule::open)
            .map(Schedule.Open::survey)
            .filter(known -> random.nextInt(6) > 0)
            .orElse(new SurveyId("survey-other"));
    Optional<Listings.Marking> marking =
        history.state().schedule().flatMap(one -> one.listings().marking());
    return switch (random.nextInt(16)) {
      case 14, 15 ->
          new ScheduleCommand.WithdrawnMarked(
              marking.map(Listings.Marking::survey).orElse(survey),
              marking.flatMap(Listings.Marking::after),
              Optional.of(new BatchId("batch-" + random.nextInt(9)))
                  .filter(one -> random.nextBoolean()),
              random.nextInt(9));
      case 0 -> new ScheduleCommand.Pause(ANN, inbox.getRef());
      case 1, 2 -> new ScheduleCommand.Resume(ANN, inbox.getRef());
      case 3 ->
          random.nextInt(3) == 0
              ? new ScheduleCommand.Delete(ANN, inbox.getRef())
              : new ScheduleCommand.Inspect(inbox.getRef());
      case 4 -> new ScheduleCommand.Run(Optional.empty(), ANN, inbox.getRef());
      case 5, 6 -> new ScheduleCommand.SurveyPosted(survey, Optional.empty());
      case 7 -> new ScheduleCommand.SurveyPosted(survey, Optional.of("no"));
      case 8, 9 ->
          new ScheduleCommand.SurveyStands(
              survey,
              SurveyState.values()[random.nextInt(SurveyState.values().length)],
              now,
              random.nextInt(3));
      case 10 -> new ScheduleCommand.Create(request("*/10 * * * *", "UTC"), ANN, inbox.getRef());
      default -> logic.wake();
    };
  }
}
