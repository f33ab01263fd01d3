package refinery.archive.ena;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import refinery.archive.AnswerTooLarge;
import refinery.archive.FailureSummary;
import refinery.archive.MalformedAnswer;
import refinery.archive.Reply;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.source.BatchSize;
import refinery.source.Source.Discovery;
import refinery.source.Source.SourceException;

/**
 * One survey of runs: asks ENA, then NCBI for what ENA does not know, and records each run once.
 * Used by one thread.
 */
final class RunSurvey {
  private static final int CHUNK = 200;

  private final EnaPortal portal;
  private final NcbiClient ncbi;
  private final Discovery discovery;
  private final RunBatches batches;
  private final Set<String> seen = new HashSet<>();
  private final Set<String> answered = new HashSet<>();
  private final List<BatchSpec> chunk = new ArrayList<>();
  private final List<Failure> failures = new ArrayList<>();
  private final List<EnaPortal.Report> reports = new ArrayList<>();
  private RunQuestions questions = new RunQuestions(List.of(), Optional.empty());
  private Function<EnaRun, Map<String, String>> attributes = run -> Map.of();
  private int wanted;
  private int skipped;
  private int older;

  RunSurvey(EnaPortal portal, NcbiClient ncbi, Discovery discovery, RunBatches batches) {
    this.portal = portal;
    this.ncbi = ncbi;
    this.discovery = discovery;
    this.batches = batches;
  }

  /**
   * Asks and records the answers; failures are told at the end.
   *
   * @param more what is known of a run beside what the archive says, which it does not replace
   */
  void ask(RunQuestions asked, Function<EnaRun, Map<String, String>> more)
      throws InterruptedException {
    questions = asked;
    attributes = more;
    for (Inquiry inquiry : asked.inquiries()) {
      if (isOver()) {
        return;
      }
      switch (inquiry) {
        case Inquiry.OfAccession one -> take(one);
        case Inquiry.OfSeveral several -> take(several);
        case Inquiry.OfQuery query -> take(query);
      }
    }
  }

  boolean isOver() {
    return discovery.isStopped() || wanted >= batches.selection().maxRuns();
  }

  int runs() {
    return seen.size();
  }

  private void take(Inquiry.OfAccession inquiry) throws InterruptedException {
    String accession = inquiry.accession();
    Reply<EnaPortal.Report> reply = asked(inquiry);
    if (reply instanceof Reply.Absent<EnaPortal.Report>) {
      askNcbi(accession);
    } else if (!(reply instanceof Reply.Ok<EnaPortal.Report>)) {
      fail(failure(accession, reply));
    }
  }

  /** What the portal did not answer together is asked for one by one. */
  private void take(Inquiry.OfSeveral inquiry) throws InterruptedException {
    Reply<EnaPortal.Report> reply = asked(inquiry);
    if (reply instanceof Reply.Transient<EnaPortal.Report>) {
      fail(failure(inquiry.subject(), reply));
      return;
    }
    for (String accession : inquiry.accessions()) {
      if (!answered.contains(accession) && !isOver()) {
        take(new Inquiry.OfAccession(accession));
      }
    }
    answered.clear();
  }

  /** A query that nothing meets is no failure. */
  private void take(Inquiry.OfQuery inquiry) throws InterruptedException {
    Reply<EnaPortal.Report> reply = asked(inquiry);
    if (reply instanceof Reply.Absent<EnaPortal.Report>) {
      discovery.progress("the ENA portal has no run that meets " + inquiry.query());
    } else if (!(reply instanceof Reply.Ok<EnaPortal.Report>)) {
      fail(failure(inquiry.subject(), reply));
    }
  }

  private Reply<EnaPortal.Report> asked(Inquiry inquiry) throws InterruptedException {
    discovery.progress("asking the ENA portal for the runs of " + inquiry.subject());
    Reply<EnaPortal.Report> reply = portal.runs(inquiry);
    if (reply instanceof Reply.Ok<EnaPortal.Report> ok) {
      reports.add(ok.value());
      read(inquiry.subject(), ok.value());
    }
    return reply;
  }

  /** NCBI knows new runs days before ENA does. */
  private void askNcbi(String accession) throws InterruptedException {
    discovery.progress("ENA knows no runs of " + accession + "; asking NCBI");
    NcbiRuns.Found found = NcbiRuns.find(ncbi, accession, this::taken);
    found.failure().ifPresent(this::fail);
    flush();
    if (found.failure().isEmpty()) {
      discovery.progress(accession + ": found at NCBI, " + found.runs() + " runs");
    }
  }

  private boolean taken(EnaRun run, Optional<String> refusal) throws InterruptedException {
    try {
      return take(Optional.of(run), refusal);
    } catch (AnswerTooLarge e) {
      fail(Failure.of(FailureClass.PERMANENT, run.accession() + ": " + e.getMessage()));
      return true;
    }
  }

  /**
   * @throws SourceException with all that failed
   */
  void end() throws SourceException, InterruptedException {
    flush();
    if (failures.isEmpty()) {
      reports.forEach(portal::forget);
      return;
    }
    throw new SourceException(
        FailureSummary.of(failures, discovery.recordsAtOnce() ? seen.size() : 0));
  }

  void fail(Failure failure) {
    discovery.progress(failure.message());
    failures.add(failure);
  }

  private void read(String accession, EnaPortal.Report report) throws InterruptedException {
    int before = seen.size();
    try (BufferedReader table = Files.newBufferedReader(report.table())) {
      EnaRows.read(
          table, batches.archives().limits(), row -> take(EnaRun.of(row), Optional.empty()));
    } catch (AnswerTooLarge e) {
      portal.forget(report);
      fail(
          Failure.of(
              FailureClass.PERMANENT,
              accession + ": the ENA portal's answer is too large: " + e.getMessage()));
    } catch (IOException | MalformedAnswer e) {
      portal.forget(report);
      fail(
          Failure.of(
              FailureClass.CORRUPT,
              accession + ": the portal's answer cannot be read: " + e.getMessage()));
    }
    flush();
    discovery.progress(
        "%s: %,d runs (%,d in all, %,d of them not selected%s)"
            .formatted(
                accession,
                seen.size() - before,
                seen.size(),
                skipped,
                older == 0 ? "" : "; %,d not changed since then".formatted(older)));
  }

  /** Records a run unless it was seen before; false means to stop reading. */
  private boolean take(Optional<EnaRun> row, Optional<String> refusal)
      throws AnswerTooLarge, InterruptedException {
    row.ifPresent(
        run -> {
          answered.add(run.accession());
          answered.add(run.field("experiment_accession"));
        });
    if (row.isPresent() && seen.add(row.get().accession()) && isNew(row.get())) {
      BatchSpec batch = batches.batch(row.get(), refusal, attributes.apply(row.get()));
      batches.archives().limits().batch().check("the run " + batch.key(), BatchSize.of(batch));
      chunk.add(batch);
      if (batch.skip().isPresent()) {
        skipped++;
      } else {
        wanted++;
      }
      if (chunk.size() >= CHUNK) {
        flush();
      }
    }
    return !isOver();
  }

  private boolean isNew(EnaRun run) {
    if (questions.wants(run)) {
      return true;
    }
    older++;
    return false;
  }

  private void flush() throws InterruptedException {
    if (!chunk.isEmpty()) {
      discovery.emit(List.copyOf(chunk));
      chunk.clear();
    }
  }

  private static Failure failure(String accession, Reply<?> reply) {
    Failure failure = Reply.failure(reply);
    return new Failure(
        failure.failureClass(), accession + ": ENA portal: " + failure.message(), accession);
  }
}
