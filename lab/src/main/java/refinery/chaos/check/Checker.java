package refinery.chaos.check;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Compares what was asked for with the journal, the storage, the read rows and the jobs' own write
 * log. For one use, when everything has come to rest.
 */
public final class Checker {
  private static final String PREFIX = "Job|";

  private final ObjectMapper json = new ObjectMapper();
  private final Map<String, Expectation> asked;
  private final Set<String> surveys;
  private final Permanent permanent;
  private final List<String> violations = new ArrayList<>();
  private final Map<String, Long> tally = new LinkedHashMap<>();
  private final Map<String, JobHistory> jobs = new TreeMap<>();

  /**
   * @param asked the acknowledged jobs by their ids
   * @param surveys ids of the acknowledged surveys
   * @param permanent the shared directory of permanent storage
   */
  public Checker(Map<String, Expectation> asked, Set<String> surveys, Path permanent) {
    this.asked = Map.copyOf(asked);
    this.surveys = Set.copyOf(surveys);
    this.permanent = new Permanent(permanent);
  }

  public Verdict check(Connection database, Path writeLog) throws IOException, SQLException {
    readJournal(database);
    WriteLog written = WriteLog.read(writeLog);
    violations.addAll(written.broken());
    checkNothingLost(batches(database));
    for (JobHistory job : jobs.values()) {
      violations.addAll(job.broken());
      if (job.isOfSurvey()) {
        checkPart(job);
      } else {
        checkEnd(job);
        checkCharges(job);
      }
      checkAttemptsEnded(job);
      checkOutput(job, written);
    }
    checkWhatRan(written);
    checkListedOnce(database);
    checkReadRows(database);
    count(written);
    return new Verdict(violations, tally);
  }

  private void readJournal(Connection database) throws IOException, SQLException {
    try (Statement statement = database.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select persistence_id, sequence_number, event_payload from event_journal"
                    + " where persistence_id like 'Job|%'"
                    + " order by persistence_id, sequence_number")) {
      while (rows.next()) {
        String id = rows.getString(1).substring(PREFIX.length());
        String event = new String(rows.getBytes(3), StandardCharsets.UTF_8);
        jobs.computeIfAbsent(id, JobHistory::new).add(rows.getLong(2), json.readTree(event));
      }
    }
  }

  private static Set<String> batches(Connection database) throws SQLException {
    Set<String> found = new TreeSet<>();
    try (Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery("select id from batch_row")) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }

  private void checkNothingLost(Set<String> batches) {
    asked.keySet().stream()
        .filter(id -> !jobs.containsKey(id))
        .forEach(id -> violations.add(id + ": acknowledged, but the journal does not know it"));
    jobs.values().stream()
        .filter(job -> !asked.containsKey(job.id()))
        .filter(job -> !isOf(job, batches))
        .forEach(job -> violations.add(job.id() + ": nobody asked for it"));
  }

  private boolean isOf(JobHistory job, Set<String> batches) {
    return job.isOfSurvey()
        && job.beneficiaries().stream()
            .allMatch(each -> surveys.contains(each) || batches.contains(each));
  }

  private void checkEnd(JobHistory job) {
    if (!job.isOver()) {
      violations.add(job.id() + ": is still " + job.state());
    } else if (asked.containsKey(job.id())) {
      Expectation expectation = asked.get(job.id());
      String due = expectation.mustFail() ? "failed" : "succeeded";
      if (expectation == Expectation.POISON && !job.reason().matches("ended \\d+ nodes.*")) {
        violations.add(job.id() + ": ends its nodes, but was given up for: " + job.reason());
      }
      if (!job.state().equals(due)) {
        violations.add(
            job.id() + ": " + job.state() + " instead of " + due + ", " + job.attempts());
      }
    }
  }

  /**
   * Checks a job of a survey. It is never given up: only a person, or the survey or batch that it
   * works for, may end it early.
   */
  private void checkPart(JobHistory job) {
    if (!Set.of("succeeded", "cancelled").contains(job.state())) {
      violations.add(job.id() + ": is " + job.state() + " " + job.reason());
    }
    for (RecordedAttempt attempt : job.attempts()) {
      if (!Set.of("node_lost", "succeeded", "cancelled", "transient").contains(attempt.outcome())) {
        violations.add(job.id() + ", of a survey: wrong end " + attempt);
      }
    }
  }

  private void checkAttemptsEnded(JobHistory job) {
    job.attempts().stream()
        .filter(attempt -> !attempt.isOver())
        .forEach(attempt -> violations.add(job.id() + ": nothing ended attempt " + attempt));
  }

  /**
   * Checks how attempts ended. A job's own failures are always charged to it; for a lost node see
   * {@link JobHistory}.
   */
  private void checkCharges(JobHistory job) {
    Expectation expectation = asked.getOrDefault(job.id(), Expectation.SUCCEEDS);
    for (RecordedAttempt attempt : job.attempts()) {
      boolean right =
          switch (attempt.outcome()) {
            case "node_lost" -> true;
            case "succeeded" -> !expectation.mustFail();
            case "permanent" -> expectation == Expectation.FAILS && attempt.charged();
            case "out_of_memory" -> expectation == Expectation.HUNGRY && attempt.charged();
            default -> false;
          };
      if (!right) {
        violations.add(job.id() + ", " + expectation.word() + ": wrong end or charge " + attempt);
      }
    }
  }

  private void checkOutput(JobHistory job, WriteLog written) throws IOException {
    List<RecordedAttempt> good =
        job.attempts().stream().filter(attempt -> attempt.digest().isPresent()).toList();
    if (good.size() > 1) {
      violations.add(job.id() + ": succeeded " + good.size() + " times");
    }
    for (RecordedAttempt attempt : good) {
      String digest = attempt.digest().orElseThrow();
      boolean wrote =
          job.isOfSurvey()
              ? written.outputs().contains(digest)
              : written.wrote(job.id(), attempt.number(), digest);
      if (!wrote) {
        violations.add(
            job.id() + ": accepted an output that attempt " + attempt.number() + " did not write");
      }
      Optional<String> text = permanent.text(digest);
      if (text.isEmpty()) {
        violations.add(job.id() + ": its output " + digest + " is not in storage");
      } else if (!job.isOfSurvey()
          && !text.get().startsWith(job.id() + "/" + attempt.number() + " ")) {
        violations.add(job.id() + ": its output is another attempt's: " + text.get().strip());
      }
    }
  }

  /** Checks that no process ran without a persisted start, or twice. */
  private void checkWhatRan(WriteLog written) {
    for (String mark : written.marks()) {
      String id = mark.substring(0, mark.indexOf('/'));
      int number = Integer.parseInt(mark.substring(mark.indexOf('/') + 1));
      JobHistory job = jobs.get(id);
      if (job == null || number > job.attempts().size()) {
        violations.add(mark + ": ran, but no start of it was persisted");
      }
      if (written.starts(id, number) > 1) {
        violations.add(mark + ": its process was started more than once");
      }
    }
  }

  private void checkListedOnce(Connection database) throws SQLException {
    Map<String, Integer> listed = new HashMap<>();
    try (Statement statement = database.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "select owner, count(*) from listed_artifact where name = 'result.txt' group by"
                    + " 1")) {
      while (rows.next()) {
        String owner = rows.getString(1);
        listed.put(owner.substring(owner.indexOf('|') + 1), rows.getInt(2));
      }
    }
    for (JobHistory job : jobs.values()) {
      int due = job.state().equals("succeeded") && job.isProcess() ? 1 : 0;
      int found = listed.getOrDefault(job.id(), 0);
      if (found != due) {
        violations.add(job.id() + ": its output is listed " + found + " times, not " + due);
      }
    }
    tally.put("artifacts listed", (long) listed.size());
  }

  private void checkReadRows(Connection database) throws SQLException {
    Map<String, String> rows = new HashMap<>();
    try (Statement statement = database.createStatement();
        ResultSet found =
            statement.executeQuery("select id, state, seq_nr, attempt from job_row")) {
      while (found.next()) {
        rows.put(
            found.getString(1),
            found.getString(2) + " " + found.getLong(3) + " " + found.getInt(4));
      }
    }
    for (JobHistory job : jobs.values()) {
      String due = job.state() + " " + job.sequence() + " " + job.attempts().size();
      String row = rows.remove(job.id());
      if (!due.equals(row)) {
        violations.add(job.id() + ": the read row says " + row + ", the journal " + due);
      }
    }
    rows.keySet().forEach(id -> violations.add(id + ": a read row without a journal"));
  }

  private void count(WriteLog written) {
    tally.put("jobs asked for", (long) asked.size());
    tally.put("jobs of surveys", jobs.values().stream().filter(JobHistory::isOfSurvey).count());
    tally.put("jobs ended", jobs.values().stream().filter(JobHistory::isOver).count());
    tally.put("jobs failed as they must", count("failed"));
    tally.put("jobs cancelled", count("cancelled"));
    tally.put("attempts", jobs.values().stream().mapToLong(job -> job.attempts().size()).sum());
    tally.put("attempts lost with their node", attempts("node_lost"));
    tally.put("attempts out of memory", attempts("out_of_memory"));
    tally.put("attempts cancelled", attempts("cancelled"));
    tally.put("attempts that met a transient failure", attempts("transient"));
    tally.put("processes that ran", (long) written.marks().size());
    tally.put("outputs written", (long) written.outputs().size());
  }

  private long count(String state) {
    return jobs.values().stream().filter(job -> job.state().equals(state)).count();
  }

  private long attempts(String outcome) {
    return jobs.values().stream()
        .flatMap(job -> job.attempts().stream())
        .filter(attempt -> attempt.outcome().equals(outcome))
        .count();
  }
}
