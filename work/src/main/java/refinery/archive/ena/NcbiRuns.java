package refinery.archive.ena;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.archive.Reply;
import refinery.archive.ncbi.NcbiClient;
import refinery.archive.ncbi.RunInfo;
import refinery.protocol.Failure;

/** Finds at NCBI the runs that ENA does not know, page by page. Blocking. */
final class NcbiRuns {
  private NcbiRuns() {}

  /**
   * Takes one run; stops the search by returning false.
   *
   * <p>The {@code refusal} says why the run cannot be used; it is empty when it can.
   */
  @FunctionalInterface
  interface RunTaker {
    boolean take(EnaRun run, Optional<String> refusal) throws InterruptedException;
  }

  /**
   * @param runs how many were found
   * @param failure why none, or not all, were found; empty when all were
   */
  record Found(int runs, Optional<Failure> failure) {}

  static Found find(NcbiClient ncbi, String accession, RunTaker taker) throws InterruptedException {
    int runs = 0;
    OptionalLong from = OptionalLong.of(0);
    while (from.isPresent()) {
      Reply<NcbiClient.RunPage> reply = ncbi.runs(accession, from.getAsLong());
      if (!(reply instanceof Reply.Ok<NcbiClient.RunPage> page)) {
        return reply instanceof Reply.Absent<NcbiClient.RunPage> && runs > 0
            ? new Found(runs, Optional.empty())
            : new Found(runs, Optional.of(failure(accession, reply)));
      }
      for (RunInfo info : page.value().runs()) {
        Optional<EnaRun> run =
            info.carries(accession) ? run(info, accession) : Optional.<EnaRun>empty();
        if (run.isPresent()) {
          runs++;
          if (!taker.take(run.get(), info.controlled())) {
            return new Found(runs, Optional.empty());
          }
        }
      }
      from = page.value().next();
    }
    return runs > 0
        ? new Found(runs, Optional.empty())
        : new Found(
            0, Optional.of(failure(accession, new Reply.Absent<>(200, "no run carries it"))));
  }

  private static Optional<EnaRun> run(RunInfo info, String accession) {
    Map<String, String> words = info.inEnaWords();
    return EnaRun.of(words)
        .map(
            run -> {
              List<String> notes = new ArrayList<>(run.notes());
              notes.add("found at NCBI by " + accession + ", as ENA does not know it");
              return new EnaRun(run.accession(), run.fields(), run.fastq(), notes);
            });
  }

  private static Failure failure(String accession, Reply<?> reply) {
    Failure failure = Reply.failure(reply);
    String known =
        accession
            + ": ENA knows no sequencing runs of this accession, or they are not public (check it"
            + " at https://www.ebi.ac.uk/ena/browser/view/"
            + accession
            + "); NCBI ";
    String message =
        reply instanceof Reply.Absent<?>
            ? known + "knows none either"
            : known + "was asked too: " + failure.message();
    return new Failure(failure.failureClass(), message, accession);
  }
}
