package refinery.archive.ena;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import refinery.archive.AnswerCache;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.Failure;
import refinery.source.Source.Discovery;
import refinery.source.Source.SourceException;

/**
 * Finds the runs to which another archive's records link, with what that archive says of them. The
 * runs and their files are those of the source {@code ena}, and share its downloads. Thread-safe.
 */
public final class LinkedRuns {
  private final ArchivesConfig archives;
  private final EnaPortal portal;
  private final NcbiClient ncbi;

  public LinkedRuns(ArchivesConfig archives, ArchiveHttp http, NcbiClient ncbi, AnswerCache cache) {
    this.archives = archives;
    this.ncbi = ncbi;
    this.portal = new EnaPortal(archives.enaPortal(), http, cache);
  }

  /** What an accession links to. */
  public enum Kind {
    RUN("run", EnaRun::accession),
    EXPERIMENT("experiment", run -> run.field("experiment_accession"));

    private final String word;
    private final Function<EnaRun, String> accession;

    Kind(String word, Function<EnaRun, String> accession) {
      this.word = word;
      this.accession = accession;
    }
  }

  /**
   * A link to the runs of one accession.
   *
   * @param attributes of these runs, kept as they are
   */
  public record Link(String accession, Map<String, String> attributes) {
    public Link {
      attributes = Map.copyOf(attributes);
    }
  }

  /**
   * @param source under whose name the batches are recorded
   */
  public Survey open(String source, Discovery discovery) {
    return new Survey(
        new RunSurvey(
            portal,
            ncbi,
            discovery,
            RunBatches.of(archives, source, discovery.pipeline(), discovery.parameters())));
  }

  /** One survey. Used by one thread. */
  public static final class Survey {
    private final RunSurvey runs;

    private Survey(RunSurvey runs) {
      this.runs = runs;
    }

    /** Records the runs of these links. Failures are kept for the end. */
    public void take(Kind kind, List<Link> links) throws InterruptedException {
      Map<String, Map<String, String>> attributes =
          links.stream()
              .collect(
                  Collectors.toMap(Link::accession, Link::attributes, (first, second) -> first));
      runs.ask(
          RunQuestions.ofLinks(kind.word, attributes.keySet().stream().sorted().toList()),
          run -> attributes.getOrDefault(kind.accession.apply(run), Map.of()));
    }

    /** Keeps a failure of the other archive for the end. */
    public void fail(Failure failure) {
      runs.fail(failure);
    }

    /** True when nothing more is to be asked. */
    public boolean isOver() {
      return runs.isOver();
    }

    /** The number of different runs so far. */
    public int runs() {
      return runs.runs();
    }

    /**
     * @throws SourceException with all that failed
     */
    public void end() throws SourceException, InterruptedException {
      runs.end();
    }
  }
}
