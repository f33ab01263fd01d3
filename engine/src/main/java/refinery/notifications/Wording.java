package refinery.notifications;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.SurveyId;
import refinery.protocol.query.JobView;

/**
 * The texts that people read. The words of a failure come from tools and archives, so they are put
 * on one line and cut; no message can grow without bound or look like several.
 */
final class Wording {
  private static final int NAMED_IN_SLACK = 5;
  private static final int NAMED_IN_LOG = 20;
  private static final int LONGEST_ALONE = 1_000;
  private static final int LONGEST_AMONG_OTHERS = 200;

  private Wording() {}

  /** The text for Slack, in its markup (mrkdwn), for one job or more. */
  static String slack(List<JobView> jobs, Optional<String> linkPrefix) {
    if (jobs.size() == 1) {
      JobView job = jobs.getFirst();
      return "*Job "
          + link(job, linkPrefix)
          + " was given up* ("
          + escaped(what(job))
          + ")\n"
          + escaped(failure(job, LONGEST_ALONE));
    }
    String named =
        jobs.stream()
            .limit(NAMED_IN_SLACK)
            .map(
                job ->
                    "\n• "
                        + link(job, linkPrefix)
                        + " "
                        + escaped(failure(job, LONGEST_AMONG_OTHERS)))
            .collect(Collectors.joining());
    return "*"
        + jobs.size()
        + " jobs were given up*: "
        + classes(jobs)
        + named
        + more(jobs, NAMED_IN_SLACK).map(rest -> "\n… " + rest).orElse("");
  }

  /** The lines for the log. */
  static List<String> log(List<JobView> jobs) {
    Stream<String> named =
        jobs.stream()
            .limit(NAMED_IN_LOG)
            .map(
                job ->
                    job.id()
                        + " was given up: "
                        + failure(job, LONGEST_ALONE)
                        + " ("
                        + what(job)
                        + ")");
    Optional<String> rest =
        more(jobs, NAMED_IN_LOG)
            .map(text -> text + " were given up; of " + jobs.size() + ": " + classes(jobs));
    return Stream.concat(named, rest.stream()).toList();
  }

  private static Optional<String> more(List<JobView> jobs, int named) {
    return Optional.of(jobs.size() - named)
        .filter(rest -> rest > 0)
        .map(rest -> "and " + rest + " more");
  }

  private static String classes(List<JobView> jobs) {
    Map<FailureClass, Long> counts =
        jobs.stream()
            .flatMap(job -> job.failure().stream())
            .collect(Collectors.groupingBy(Failure::failureClass, Collectors.counting()));
    return counts.entrySet().stream()
        .sorted(
            Map.Entry.<FailureClass, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .map(entry -> entry.getValue() + " " + entry.getKey().word())
        .collect(Collectors.joining(", "));
  }

  private static String what(JobView job) {
    String pipeline = job.pipeline().isEmpty() ? "" : " " + job.pipeline();
    String survey = job.surveyId().map(SurveyId::value).map(id -> ", " + id).orElse("");
    return oneLine(
        job.kind().word() + pipeline + survey + ", attempt " + job.attempt(), LONGEST_AMONG_OTHERS);
  }

  private static String failure(JobView job, int longest) {
    return job.failure()
        .map(
            why ->
                why.failureClass().word()
                    + (why.step().isEmpty()
                        ? ""
                        : " at " + oneLine(why.step(), LONGEST_AMONG_OTHERS))
                    + ": "
                    + oneLine(why.message(), longest))
        .orElse("failed");
  }

  /** Replaces every run of white space and control characters by one blank, and cuts the text. */
  private static String oneLine(String text, int longest) {
    String flat = text.replaceAll("[\\s\\p{Cntrl}\\u0085\\u2028\\u2029]+", " ").strip();
    if (flat.codePointCount(0, flat.length()) <= longest) {
      return flat;
    }
    return flat.substring(0, flat.offsetByCodePoints(0, longest)) + "…";
  }

  private static String link(JobView job, Optional<String> prefix) {
    String id = escaped(job.id().value());
    return prefix.map(before -> "<" + escaped(before) + id + "|" + id + ">").orElse(id);
  }

  /**
   * Escapes the three characters that Slack's markup reserves; without them no text can make a link
   * or notify people.
   */
  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
