package refinery.schedule;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.entity.Decision;
import refinery.entity.Logic;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.Json;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.schedule.ScheduleCommand;
import refinery.protocol.schedule.ScheduleEvent;
import refinery.protocol.schedule.ScheduleReply;
import refinery.protocol.schedule.ScheduleRequest;
import refinery.protocol.schedule.ScheduleState;
import refinery.protocol.survey.SurveyRequest;

/**
 * The behaviour of a schedule. A time that has come is persisted before anything is done for it,
 * together with the next one. Times that were missed are one. A time that comes while the last
 * survey has not ended waits for that, and all that would come meanwhile are one with it.
 */
public final class ScheduleLogic
    implements Logic<ScheduleCommand, ScheduleEvent, ScheduleLogic.Slot, ScheduleEffect> {
  /** The label of its surveys, by which they are found. */
  public static final String LABEL = "schedule";

  private static final ScheduleCommand WAKE = new ScheduleCommand.Wake();

  /** The entity's id and, once it is created, the schedule. */
  public record Slot(String entityId, Optional<Schedule> schedule) {
    ScheduleId id() {
      return new ScheduleId(entityId);
    }

    private Optional<Schedule> living() {
      return schedule.filter(one -> !one.isDeleted());
    }
  }

  @Override
  public Slot empty(String entityId) {
    return new Slot(entityId, Optional.empty());
  }

  @Override
  public Slot evolve(Slot slot, ScheduleEvent event) {
    Optional<Schedule> next =
        slot.schedule()
            .map(schedule -> schedule.evolve(event))
            .or(
                () ->
                    event instanceof ScheduleEvent.Created created
                        ? Optional.of(Schedule.created(slot.id(), created))
                        : Optional.empty());
    return new Slot(slot.entityId(), next);
  }

  @Override
  public Decision<ScheduleEvent, ScheduleEffect> decide(
      Slot slot, ScheduleCommand command, Moment moment) {
    Instant now = moment.now();
    if (slot.living().isEmpty()) {
      return absent(slot.id(), command, now);
    }
    Schedule schedule = slot.living().get();
    return switch (command) {
      case ScheduleCommand.Create create -> createAgain(schedule, create);
      case ScheduleCommand.Pause pause -> pause(schedule, pause, now);
      case ScheduleCommand.Resume resume -> resume(schedule, resume, now);
      case ScheduleCommand.Delete delete ->
          changed(
              schedule,
              delete.replyTo(),
              Optional.of(new ScheduleEvent.Deleted(delete.actor(), now)));
      case ScheduleCommand.Run run -> run(schedule, run, now);
      case ScheduleCommand.SurveyPosted posted -> posted(schedule, posted, now);
      case ScheduleCommand.SurveyStands stands -> stands(schedule, stands, now);
      case ScheduleCommand.WithdrawnMarked marked -> marked(schedule, marked, now);
      case ScheduleCommand.Wake wake -> Decision.persist(due(schedule, now));
      case ScheduleCommand.Inspect inspect ->
          reply(
              inspect.replyTo(),
              new ScheduleReply.State(
                  schedule.id(),
                  moment.sequenceNumber(),
                  Json.MAPPER.valueToTree(ScheduleViews.view(schedule))));
    };
  }

  private static Decision<ScheduleEvent, ScheduleEffect> absent(
      ScheduleId id, ScheduleCommand command, Instant now) {
    return switch (command) {
      case ScheduleCommand.Create create -> create(id, create, now);
      case ScheduleCommand.Pause pause -> notFound(id, pause.replyTo());
      case ScheduleCommand.Resume resume -> notFound(id, resume.replyTo());
      case ScheduleCommand.Delete delete -> notFound(id, delete.replyTo());
      case ScheduleCommand.Run run -> notFound(id, run.replyTo());
      case ScheduleCommand.Inspect inspect -> notFound(id, inspect.replyTo());
      case ScheduleCommand.SurveyPosted ignored -> Decision.nothing();
      case ScheduleCommand.SurveyStands ignored -> Decision.nothing();
      case ScheduleCommand.WithdrawnMarked ignored -> Decision.nothing();
      case ScheduleCommand.Wake ignored -> Decision.nothing();
    };
  }

  private static Decision<ScheduleEvent, ScheduleEffect> notFound(
      ScheduleId id, ActorRef<ScheduleReply> replyTo) {
    return reply(replyTo, new ScheduleReply.NotFound(id));
  }

  private static Decision<ScheduleEvent, ScheduleEffect> reply(
      ActorRef<ScheduleReply> to, ScheduleReply reply) {
    return Decision.effect(new ScheduleEffect.Reply(to, reply));
  }

  private static Decision<ScheduleEvent, ScheduleEffect> create(
      ScheduleId id, ScheduleCommand.Create create, Instant now) {
    ScheduleRequest request = create.request();
    return switch (Timetable.of(request.cron(), request.timezone())) {
      case Validated.Invalid<Timetable> invalid ->
          reply(
              create.replyTo(),
              new ScheduleReply.Rejected(
                  id,
                  invalid.problems().getFirst().pointer()
                      + " "
                      + invalid.problems().getFirst().message()));
      case Validated.Valid<Timetable> valid ->
          Decision.<ScheduleEvent, ScheduleEffect>persist(
                  List.of(
                      new ScheduleEvent.Created(
                          request, valid.value().after(now), create.actor(), now)))
              .and(
                  new ScheduleEffect.Reply(create.replyTo(), new ScheduleReply.Created(id, false)));
    };
  }

  private static Decision<ScheduleEvent, ScheduleEffect> createAgain(
      Schedule schedule, ScheduleCommand.Create create) {
    return reply(
        create.replyTo(),
        schedule.request().equals(create.request())
            ? new ScheduleReply.Created(schedule.id(), true)
            : new ScheduleReply.Rejected(
                schedule.id(), "this name belongs to another schedule; delete that first"));
  }

  private static Decision<ScheduleEvent, ScheduleEffect> pause(
      Schedule schedule, ScheduleCommand.Pause pause, Instant now) {
    return changed(
        schedule,
        pause.replyTo(),
        Optional.<ScheduleEvent>of(new ScheduleEvent.Paused(pause.actor(), now))
            .filter(event -> schedule.state() != ScheduleState.PAUSED));
  }

  private static Decision<ScheduleEvent, ScheduleEffect> resume(
      Schedule schedule, ScheduleCommand.Resume resume, Instant now) {
    return changed(
        schedule,
        resume.replyTo(),
        Optional.<ScheduleEvent>of(
                new ScheduleEvent.Resumed(next(schedule, now), resume.actor(), now))
            .filter(event -> schedule.state() != ScheduleState.ACTIVE));
  }

  private static Decision<ScheduleEvent, ScheduleEffect> changed(
      Schedule schedule, ActorRef<ScheduleReply> replyTo, Optional<ScheduleEvent> event) {
    return Decision.<ScheduleEvent, ScheduleEffect>persist(event.stream().toList())
        .and(new ScheduleEffect.Reply(replyTo, new ScheduleReply.Changed(schedule.id())));
  }

  private static Decision<ScheduleEvent, ScheduleEffect> run(
      Schedule schedule, ScheduleCommand.Run run, Instant now) {
    SurveyId survey =
        run.key().map(schedule::surveyFor).orElseGet(() -> schedule.surveyFor("at " + now));
    boolean known =
        schedule.fires().stream()
            .anyMatch(fire -> fire.survey().filter(survey::equals).isPresent());
    if (!known && !schedule.isIdle()) {
      return refused(schedule, run);
    }
    return Decision.<ScheduleEvent, ScheduleEffect>persist(
            known
                ? List.of()
                : List.of(
                    new ScheduleEvent.Fired(
                        survey, now, schedule.course().next(), run.actor(), now)))
        .and(new ScheduleEffect.Reply(run.replyTo(), new ScheduleReply.Ran(schedule.id(), survey)));
  }

  private static ScheduleEvent fired(Schedule schedule, Instant due, Instant now) {
    return new ScheduleEvent.Fired(
        schedule.surveyFor(due), due, next(schedule, now), Optional.empty(), now);
  }

  /** Looks again at once, so that a repeat soon after the survey has ended is not refused. */
  private static Decision<ScheduleEvent, ScheduleEffect> refused(
      Schedule schedule, ScheduleCommand.Run run) {
    Decision<ScheduleEvent, ScheduleEffect> no =
        reply(run.replyTo(), new ScheduleReply.Rejected(schedule.id(), schedule.busy()));
    return ofTheSurvey(schedule).map(no::and).orElse(no);
  }

  /** What is to be done for the time that has come, if one has. */
  private static List<ScheduleEvent> due(Schedule schedule, Instant now) {
    return schedule
        .course()
        .next()
        .filter(time -> !time.isAfter(now))
        .map(
            time ->
                schedule.isIdle()
                    ? fired(schedule, time, now)
                    : new ScheduleEvent.CameDue(time, now))
        .stream()
        .toList();
  }

  /** The first time after now: so many as were missed are left out. */
  private static Optional<Instant> next(Schedule schedule, Instant now) {
    ScheduleRequest request = schedule.request();
    return switch (Timetable.of(request.cron(), request.timezone())) {
      case Validated.Valid<Timetable> valid -> valid.value().after(now);
      case Validated.Invalid<Timetable> unreadable -> Optional.empty();
    };
  }

  private static Decision<ScheduleEvent, ScheduleEffect> posted(
      Schedule schedule, ScheduleCommand.SurveyPosted posted, Instant now) {
    boolean news =
        schedule
            .open()
            .filter(open -> open.survey().equals(posted.survey()) && !open.posted())
            .isPresent();
    if (!news) {
      return Decision.nothing();
    }
    ScheduleEvent event =
        posted
            .refusal()
            .<ScheduleEvent>map(why -> new ScheduleEvent.SurveyRefused(posted.survey(), why, now))
            .orElseGet(() -> new ScheduleEvent.SurveyPosted(posted.survey(), now));
    return Decision.persist(andWhatWaits(schedule, event, now));
  }

  private static Decision<ScheduleEvent, ScheduleEffect> stands(
      Schedule schedule, ScheduleCommand.SurveyStands stands, Instant now) {
    return schedule.isOpen(stands.survey()) && stands.state().isTerminal()
        ? Decision.persist(
            andWhatWaits(
                schedule,
                new ScheduleEvent.SurveyEnded(
                    stands.survey(), stands.state(), stands.since(), stands.batches(), now),
                now))
        : Decision.nothing();
  }

  /** The event, and the next survey if a time waits for it and nothing is open any more. */
  private static List<ScheduleEvent> andWhatWaits(
      Schedule schedule, ScheduleEvent event, Instant now) {
    Schedule after = schedule.evolve(event);
    List<ScheduleEvent> events = new ArrayList<>(List.of(event));
    after.due().filter(due -> after.isIdle()).ifPresent(due -> events.add(fired(after, due, now)));
    return events;
  }

  private static Decision<ScheduleEvent, ScheduleEffect> marked(
      Schedule schedule, ScheduleCommand.WithdrawnMarked marked, Instant now) {
    boolean news =
        schedule
            .listings()
            .marking()
            .filter(
                going ->
                    going.survey().equals(marked.survey()) && going.after().equals(marked.after()))
            .isPresent();
    return news
        ? Decision.persist(
            andWhatWaits(
                schedule,
                new ScheduleEvent.WithdrawnMarked(
                    marked.survey(), marked.last(), marked.marked(), now),
                now))
        : Decision.nothing();
  }

  @Override
  public List<ScheduleEffect> outstanding(Slot slot) {
    return slot.living().stream()
        .flatMap(
            schedule ->
                Stream.concat(ofTheSurvey(schedule).stream(), ofTheMarks(schedule).stream()))
        .toList();
  }

  private static Optional<ScheduleEffect> ofTheMarks(Schedule schedule) {
    return schedule
        .listings()
        .marking()
        .map(
            going ->
                new ScheduleEffect.MarkWithdrawn(
                    schedule.id(),
                    going.survey(),
                    going.since(),
                    schedule.listings().known(),
                    going.after()));
  }

  private static Optional<ScheduleEffect> ofTheSurvey(Schedule schedule) {
    return schedule
        .open()
        .map(
            open ->
                open.posted()
                    ? new ScheduleEffect.LookAt(schedule.id(), open.survey(), schedule.due())
                    : new ScheduleEffect.Post(open.survey(), labelled(schedule), open.actor()));
  }

  private static SurveyRequest labelled(Schedule schedule) {
    SurveyRequest asked = schedule.request().survey();
    Map<String, String> labels = new HashMap<>(asked.labels());
    labels.put(LABEL, schedule.id().name());
    return asked.labelled(labels);
  }

  /** Open while it is active: after a start somebody must wake it. */
  @Override
  public Optional<ReadRow> row(Slot slot) {
    return slot.schedule()
        .map(
            schedule ->
                new ReadRow.Schedule(
                    ScheduleViews.view(schedule),
                    schedule.course().next().isPresent() || !outstanding(slot).isEmpty()));
  }

  @Override
  public Optional<Instant> wakeAt(Slot slot) {
    return slot.living().flatMap(schedule -> schedule.course().next());
  }

  @Override
  public boolean isSettled(Slot slot) {
    return slot.living().isEmpty();
  }

  @Override
  public ScheduleCommand wake() {
    return WAKE;
  }
}
