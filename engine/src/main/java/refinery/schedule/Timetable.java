package refinery.schedule;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.catalog.Catalog.Validated;

/**
 * The times of a cron expression in a time zone. Immutable.
 *
 * <p>When clocks change, cron's old rule holds. A time of certain hours happens once on each day
 * that has it: one that clocks jump over happens at the instant of the jump, one that comes twice
 * happens the first time. An expression of every hour or every few hours ({@code *}) goes by the
 * hours that really pass.
 */
public final class Timetable {
  private static final List<String> FIELDS =
      List.of("minute", "hour", "day of month", "month", "day of week");
  private static final int LONGEST = 200;

  /** More changes of the clock than lie between two 29th of February that are a Monday. */
  private static final int MOST_CHANGES = 400;

  private final ExecutionTime times;
  private final ZoneId zone;
  private final boolean everyHour;

  private Timetable(ExecutionTime times, ZoneId zone, boolean everyHour) {
    this.times = times;
    this.zone = zone;
    this.everyHour = everyHour;
  }

  /** Reads the fields of a request; problems point at {@code /cron} and {@code /timezone}. */
  public static Validated<Timetable> of(String cron, String timezone) {
    List<Problem> problems = new ArrayList<>();
    wrong(cron).map(why -> new Problem("/cron", why)).ifPresent(problems::add);
    if (!ZoneId.getAvailableZoneIds().contains(timezone)) {
      problems.add(
          new Problem(
              "/timezone", "is not a time zone like Europe/London, America/New_York or UTC"));
    }
    if (!problems.isEmpty()) {
      return new Validated.Invalid<>(problems);
    }
    Timetable made =
        new Timetable(
            ExecutionTime.forCron(parser().parse(cron)),
            ZoneId.of(timezone),
            fields(cron).get(1).startsWith("*"));
    return made.afterLocal(LocalDateTime.of(2000, 1, 1, 0, 0)).isEmpty()
        ? new Validated.Invalid<>(
            List.of(new Problem("/cron", "names a day that no month has: it would never run")))
        : new Validated.Valid<>(made);
  }

  private static Optional<String> wrong(String cron) {
    List<String> fields = fields(cron);
    if (cron.length() > LONGEST || fields.size() != FIELDS.size()) {
      return Optional.of(
          "must have five fields ("
              + String.join(", ", FIELDS)
              + "), together at most "
              + LONGEST
              + " characters, e.g. 30 2 * * *");
    }
    return IntStream.range(0, FIELDS.size())
        .mapToObj(place -> wrongField(place, fields.get(place)))
        .flatMap(Optional::stream)
        .collect(
            Collectors.collectingAndThen(
                Collectors.joining("; "), text -> Optional.of(text).filter(all -> !all.isEmpty())));
  }

  private static List<String> fields(String cron) {
    return List.of(cron.strip().split("\\s+"));
  }

  /** What is wrong with one field, found by reading it beside fields that are right. */
  private static Optional<String> wrongField(int place, String field) {
    List<String> alone = new ArrayList<>(List.of("*", "*", "*", "*", "*"));
    alone.set(place, field);
    try {
      parser().parse(String.join(" ", alone)).validate();
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      String said = Optional.ofNullable(e.getMessage()).orElse("cannot be read");
      return Optional.of(
          "%s '%s': %s"
              .formatted(
                  FIELDS.get(place),
                  field,
                  said.replace("Failed to parse cron expression. ", "")
                      .replaceAll(" Expression: .*", "")
                      .toLowerCase(Locale.ROOT)));
    }
  }

  private static CronParser parser() {
    return new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
  }

  /** The first time after that instant; empty: there is none. */
  public Optional<Instant> after(Instant instant) {
    return everyHour ? byHoursThatPass(instant) : byTheClock(instant);
  }

  private Optional<Instant> byTheClock(Instant instant) {
    Optional<LocalDateTime> local = afterLocal(LocalDateTime.ofInstant(instant, zone));
    while (local.isPresent() && !at(local.get()).isAfter(instant)) {
      local = afterLocal(local.get());
    }
    return local.map(this::at);
  }

  /** The earlier one of a local time that comes twice; the jump for one that never comes. */
  private Instant at(LocalDateTime local) {
    ZoneOffsetTransition change = zone.getRules().getTransition(local);
    return change != null && change.isGap()
        ? change.getInstant()
        : local.atZone(zone).withEarlierOffsetAtOverlap().toInstant();
  }

  private Optional<Instant> byHoursThatPass(Instant instant) {
    Instant from = instant;
    for (int changes = 0; changes < MOST_CHANGES; changes++) {
      ZoneOffset offset = zone.getRules().getOffset(from);
      LocalDateTime local = LocalDateTime.ofInstant(from, offset);
      Optional<Instant> next =
          afterLocal(changes == 0 ? local : local.minusSeconds(1)).map(at -> at.toInstant(offset));
      ZoneOffsetTransition change = zone.getRules().nextTransition(from);
      if (next.isEmpty() || change == null || next.get().isBefore(change.getInstant())) {
        return next;
      }
      from = change.getInstant();
    }
    return Optional.empty();
  }

  /** By a clock that is never changed. */
  private Optional<LocalDateTime> afterLocal(LocalDateTime local) {
    return times
        .nextExecution(ZonedDateTime.of(local, ZoneOffset.UTC))
        .map(ZonedDateTime::toLocalDateTime);
  }
}
