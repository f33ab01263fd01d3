package refinery.localarchive;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The amount of each transcript. Amounts are log-normal; some genes are silent, and pseudogenes and
 * very short transcripts are never expressed. Eight genes differ eightfold between the conditions,
 * and four switch their isoforms.
 */
final class TranscriptLevels {
  /** Fold change of condition B over A by gene number. */
  static final Map<Integer, Double> DIFFERENTIAL =
      Map.of(3, 8.0, 9, 8.0, 14, 8.0, 21, 0.125, 28, 0.125, 33, 8.0, 40, 0.125, 50, 8.0);

  private static final int SHORTEST_SEQUENCED = 200;
  private static final int SWITCHING_GENES = 4;

  private final Genome genome;
  private final Map<String, Double> base = new HashMap<>();
  private final List<Gene> switching;

  TranscriptLevels(Genome genome, long seed) {
    this.genome = genome;
    Dice dice = new Dice(seed);
    for (Gene gene : genome.genes()) {
      for (Gene.Transcript transcript : gene.transcripts()) {
        base.put(transcript.id(), level(dice, gene, transcript));
      }
    }
    switching =
        genome.genes().stream()
            .filter(gene -> gene.transcripts().size() > 1 && !gene.isPseudogene())
            .filter(gene -> !DIFFERENTIAL.containsKey(gene.number()))
            .limit(SWITCHING_GENES)
            .toList();
  }

  List<Gene> switching() {
    return switching;
  }

  /**
   * The abundance of each transcript in one run: its level in the run's condition, with about 12 %
   * noise.
   */
  Map<String, Double> of(RunDesign run, Dice dice) {
    boolean second = run.condition().equals("B");
    Map<String, Double> levels = new HashMap<>();
    for (Gene gene : genome.genes()) {
      double fold = second ? DIFFERENTIAL.getOrDefault(gene.number(), 1.0) : 1;
      for (Gene.Transcript transcript : gene.transcripts()) {
        double noise = StrictMath.exp(0.12 * dice.gaussian());
        levels.put(transcript.id(), base.get(transcript.id()) * fold * noise);
      }
    }
    if (second) {
      for (Gene gene : switching) {
        String first = gene.transcripts().get(0).id();
        Double level = levels.get(first);
        levels.put(first, levels.put(gene.transcripts().get(1).id(), level));
      }
    }
    return levels;
  }

  private static double level(Dice dice, Gene gene, Gene.Transcript transcript) {
    double level = StrictMath.exp(1.6 * dice.gaussian());
    boolean silent = dice.chance(0.12);
    if (transcript.length() < SHORTEST_SEQUENCED || gene.isPseudogene()) {
      return 0;
    }
    return DIFFERENTIAL.containsKey(gene.number()) ? Math.max(level, 1.5) : silent ? 0 : level;
  }
}
