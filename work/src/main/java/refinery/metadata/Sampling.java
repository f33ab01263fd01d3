package refinery.metadata;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Chooses among all runs of a survey, as amalgkit's {@code select} does: first one run of each
 * BioSample, then so many of each organism and tissue, taking BioProjects in turns. Pure: the same
 * runs and seed give the same choice, in whatever order they come. Immutable and thread-safe.
 *
 * @param mostOfGroup the most runs of an organism and tissue; empty: all
 * @param onePerBioSample takes of the runs of a BioSample in a BioProject the one with most spots
 * @param seed another seed makes another choice
 */
public record Sampling(OptionalInt mostOfGroup, boolean onePerBioSample, long seed) {
  /** Of the runs of a BioSample the best first. */
  private static final Comparator<Run> BEST_FIRST =
      Comparator.comparing(Run::always)
          .reversed()
          .thenComparing(Run::spots, Comparator.reverseOrder())
          .thenComparing(Run::accession);

  /**
   * What the choice needs to know of a run.
   *
   * @param group its organism and tissue
   * @param project its BioProject; all without one count as one project
   * @param bioSample empty if it is not stated; such a run is never redundant
   * @param spots 0 if they are not known
   * @param always true if it is taken whatever the choice
   */
  public record Run(
      String accession,
      String group,
      String project,
      String bioSample,
      long spots,
      boolean always) {}

  /** The reasons why runs are not taken, by their accessions; all others are taken. */
  public Map<String, String> leftOut(Collection<Run> runs) {
    Map<String, String> reasons = new HashMap<>();
    Map<String, Run> best = onePerBioSample ? bestOfSamples(runs) : Map.of();
    List<Run> redundant = new ArrayList<>();
    Map<String, List<Run>> groups = new HashMap<>();
    for (Run run : runs) {
      if (run.always() || best.getOrDefault(sample(run), run).equals(run)) {
        groups.computeIfAbsent(run.group(), name -> new ArrayList<>()).add(run);
      } else {
        redundant.add(run);
      }
    }
    mostOfGroup.ifPresent(
        most -> groups.forEach((name, group) -> subsample(name, group, most, reasons)));
    for (Run run : redundant) {
      String other = best.get(sample(run)).accession();
      reasons.put(
          run.accession(),
          "redundant BioSample %s: %s %s"
              .formatted(
                  run.bioSample(),
                  other,
                  reasons.containsKey(other) ? "stands for it, and is subsampled" : "is taken"));
    }
    return reasons;
  }

  private static Map<String, Run> bestOfSamples(Collection<Run> runs) {
    Map<String, Run> best = new HashMap<>();
    for (Run run : runs) {
      if (!run.bioSample().isEmpty()) {
        best.merge(
            sample(run), run, (one, other) -> BEST_FIRST.compare(one, other) <= 0 ? one : other);
      }
    }
    return best;
  }

  /** A BioSample that two projects use is two samples, as amalgkit counts. */
  private static String sample(Run run) {
    return run.project() + "\n" + run.bioSample();
  }

  private void subsample(String name, List<Run> group, int most, Map<String, String> reasons) {
    int kept = (int) group.stream().filter(Run::always).count();
    int taken = Math.min(group.size(), Math.max(most, kept));
    String reason =
        "subsampled: %d of %d of %s, seed %d".formatted(taken, group.size(), name, seed);
    List<Turn> turns = turns(name, group);
    turns.subList(taken, turns.size()).forEach(turn -> reasons.put(turn.run().accession(), reason));
  }

  /**
   * When a run is taken: those that are taken always, then round by round one of each project. What
   * a project has in the first counts as its first rounds.
   */
  private record Turn(Run run, int round, long project) {
    private static final Comparator<Turn> IN_ORDER =
        Comparator.comparing((Turn turn) -> !turn.run().always())
            .thenComparingInt(Turn::round)
            .thenComparingLong(Turn::project)
            .thenComparing(turn -> turn.run().project());
  }

  private List<Turn> turns(String name, List<Run> group) {
    Map<String, List<Run>> projects = new TreeMap<>();
    group.forEach(
        run -> projects.computeIfAbsent(run.project(), key -> new ArrayList<>()).add(run));
    List<Turn> turns = new ArrayList<>(group.size());
    projects.forEach(
        (project, members) -> {
          members.sort(
              Comparator.comparing(Run::always)
                  .reversed()
                  .thenComparingLong(run -> draw(name, run.accession()))
                  .thenComparing(Run::accession));
          long place = draw(name, project);
          for (int round = 0; round < members.size(); round++) {
            turns.add(new Turn(members.get(round), round, place));
          }
        });
    turns.sort(Turn.IN_ORDER);
    return turns;
  }

  /**
   * A number that is as good as drawn at random, and always the same for the same seed and text.
   */
  private long draw(String group, String text) {
    long hash = mixed(seed);
    for (String part : List.of(group, text)) {
      for (int i = 0; i < part.length(); i++) {
        hash = (hash ^ part.charAt(i)) * 0x100000001b3L;
      }
      hash = mixed(hash);
    }
    return hash;
  }

  /** The last step of SplitMix64, by which every bit depends on every other. */
  private static long mixed(long value) {
    long mixed = value + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
    return mixed ^ (mixed >>> 31);
  }
}
