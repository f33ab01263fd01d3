package refinery.schedule;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import refinery.protocol.Actor;
import refinery.protocol.Ids;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.schedule.ScheduleEvent;
import refinery.protocol.schedule.ScheduleRequest;
import refinery.protocol.schedule.ScheduleState;

/**
 * The whole state of a schedule, made from its events. Immutable.
 *
 * @param due a time that has come and waits until the last survey has ended; until then no other
 *     comes
 * @param open the last survey, until it has ended
 * @param fires the last times that it was due, newest first
 * @param listings what its surveys have found; of sources that list runs
 */
public record Schedule(
    ScheduleId id,
    ScheduleRequest request,
    Course course,
    Optional<Instant> due,
    Optional<Open> open,
    List<Fire> fires,
    Listings listings) {
  /** So many times are remembered; surveys that are older can still be listed by their label. */
  static final int REMEMBERED = 20;

  /**
   * Whether it goes on, and when it comes due next.
   *
   * @param actor who last made, paused, resumed or ran it
   */
  record Course(
      ScheduleState state, Optional<Instant> next, Optional<Actor> actor, Instant createdAt) {
    private Course by(Optional<Actor> who) {
      return new Course(state, next, who.or(() -> actor), createdAt);
    }

    private Course to(ScheduleState as, Optional<Instant> then) {
      return new Course(as, then, actor, createdAt);
    }

    private Course next(Optional<Instant> then) {
      return new Course(state, then, actor, createdAt);
    }
  }

  /**
   * A survey that was decided on and has not ended.
   *
   * @param posted true when it is known to exist
   */
  record Open(SurveyId survey, Optional<Actor> actor, boolean posted) {
    private Open wasPosted() {
      return new Open(survey, actor, true);
    }
  }

  static Schedule created(ScheduleId id, ScheduleEvent.Created event) {
    return new Schedule(
        id,
        event.request(),
        new Course(ScheduleState.ACTIVE, event.next(), event.actor(), event.at()),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Listings.NONE);
  }

  public ScheduleState state() {
    return course.state();
  }

  boolean isDeleted() {
    return state() == ScheduleState.DELETED;
  }

  /** True when nothing of its last survey is left to do, so that the next may be posted. */
  boolean isIdle() {
    return open.isEmpty() && listings.marking().isEmpty();
  }

  /** Why the next survey cannot be posted yet. */
  String busy() {
    return open.map(one -> "its last survey " + one.survey() + " has not ended")
        .orElse("what its last survey did not find any more is being marked");
  }

  boolean isOpen(SurveyId survey) {
    return open.filter(one -> one.survey().equals(survey)).isPresent();
  }

  /** The survey for that time: the same whenever it is asked for. */
  SurveyId surveyFor(Instant time) {
    return survey("due", time.toString());
  }

  /** The survey that a person asked for with that key. */
  SurveyId surveyFor(String key) {
    return survey("key", key);
  }

  private SurveyId survey(String kind, String text) {
    String made = course.createdAt().toString();
    return new SurveyId(SurveyId.PREFIX + Ids.derive("schedule", id.value(), made, kind, text));
  }

  Schedule evolve(ScheduleEvent event) {
    return switch (event) {
      case ScheduleEvent.Created created -> created(id, created);
      case ScheduleEvent.Paused paused ->
          with(course.to(ScheduleState.PAUSED, Optional.empty()).by(paused.actor()))
              .with(Optional.empty(), open);
      case ScheduleEvent.Resumed resumed ->
          with(course.to(ScheduleState.ACTIVE, resumed.next()).by(resumed.actor()));
      case ScheduleEvent.Deleted deleted ->
          with(course.to(ScheduleState.DELETED, Optional.empty()).by(deleted.actor()))
              .with(Optional.empty(), Optional.empty())
              .with(Listings.NONE);
      case ScheduleEvent.CameDue came ->
          with(course.next(Optional.empty())).with(Optional.of(came.due()), open);
      case ScheduleEvent.Fired fired ->
          with(course.next(fired.next()).by(fired.actor()))
              .with(Optional.empty(), Optional.of(new Open(fired.survey(), fired.actor(), false)))
              .remembering(Fire.posted(fired.survey(), fired.due(), fired.at()));
      case ScheduleEvent.SurveyPosted posted -> with(due, open.map(Open::wasPosted));
      case ScheduleEvent.SurveyRefused refused ->
          with(due, Optional.empty()).of(refused.survey(), fire -> fire.refused(refused.reason()));
      case ScheduleEvent.SurveyEnded ended ->
          with(due, Optional.empty())
              .with(request.marksWithdrawn() ? listings.ended(ended) : listings)
              .of(ended.survey(), fire -> fire.ended(ended.state()));
      case ScheduleEvent.WithdrawnMarked marked ->
          with(listings.marked(marked)).of(marked.survey(), fire -> fire.marked(marked.marked()));
    };
  }

  private Schedule with(Course next) {
    return new Schedule(id, request, next, due, open, fires, listings);
  }

  private Schedule with(Optional<Instant> waiting, Optional<Open> last) {
    return new Schedule(id, request, course, waiting, last, fires, listings);
  }

  private Schedule remembering(Fire fire) {
    return with(Stream.concat(Stream.of(fire), fires.stream()).limit(REMEMBERED).toList());
  }

  private Schedule of(SurveyId survey, UnaryOperator<Fire> change) {
    return with(
        fires.stream()
            .map(
                fire ->
                    fire.survey().filter(survey::equals).isPresent() ? change.apply(fire) : fire)
            .toList());
  }

  private Schedule with(List<Fire> remembered) {
    return new Schedule(id, request, course, due, open, remembered, listings);
  }

  private Schedule with(Listings next) {
    return new Schedule(id, request, course, due, open, fires, next);
  }
}
