package refinery.localarchive;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An invented species: genome, annotation, sequencing runs, and the truth about them. The same seed
 * gives the same text on every JDK. Immutable.
 */
public final class SyntheticSpecies {
  public static final String NAME = "synthetica_minima";
  public static final int RELEASE = 99;
  public static final long DEFAULT_SEED = 20_240_601;
  static final String FILE_NAME = "Synthetica_minima";
  static final String SCIENTIFIC_NAME = "Synthetica minima";
  static final String ASSEMBLY = "SMIN1";
  static final String TAXON = "9999999";

  private final Genome genome;
  private final TranscriptLevels expression;
  private final List<SimulatedRun> runs;

  private SyntheticSpecies(Genome genome, TranscriptLevels expression, List<SimulatedRun> runs) {
    this.genome = genome;
    this.expression = expression;
    this.runs = List.copyOf(runs);
  }

  public static SyntheticSpecies generate(long seed) {
    return generate(seed, RunDesign.DEFAULT);
  }

  public static SyntheticSpecies generate(long seed, List<RunDesign> designs) {
    Genome genome = GenomeBuilder.build(seed);
    TranscriptLevels expression = new TranscriptLevels(genome, seed + 1);
    List<SimulatedRun> runs =
        designs.stream()
            .map(run -> SimulatedRun.of(genome, expression, run, seed + 31 * hash(run)))
            .toList();
    return new SyntheticSpecies(genome, expression, runs);
  }

  /** Simulates another run, which is not kept here. */
  SimulatedRun simulate(RunDesign design, long seed) {
    return SimulatedRun.of(genome, expression, design, seed);
  }

  public List<RunDesign> runs() {
    return runs.stream().map(SimulatedRun::design).toList();
  }

  public Map<String, String> transcriptToGene() {
    return genome.transcriptToGene();
  }

  /** The true number of fragments by gene, unexpressed genes included. */
  public Map<String, Long> trueFragmentsByGene(String accession) {
    Map<String, String> genes = transcriptToGene();
    Map<String, Long> sums = new LinkedHashMap<>();
    run(accession)
        .truth()
        .forEach((transcript, count) -> sums.merge(genes.get(transcript), count, Long::sum));
    return sums;
  }

  /** The number of fragments that came from transcripts; the others are background. */
  public long trueFragments(String accession) {
    return run(accession).truth().values().stream().mapToLong(Long::longValue).sum();
  }

  Genome genome() {
    return genome;
  }

  TranscriptLevels expression() {
    return expression;
  }

  List<SimulatedRun> simulated() {
    return runs;
  }

  SimulatedRun run(String accession) {
    return runs.stream()
        .filter(run -> run.design().accession().equals(accession))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no such run: " + accession));
  }

  private static long hash(RunDesign run) {
    return run.accession().hashCode();
  }
}
