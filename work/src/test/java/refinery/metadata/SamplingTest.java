package refinery.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import refinery.metadata.Sampling.Run;

/** The choice among a survey's runs: examples, and what holds of generated ones. */
class SamplingTest {
  private static final OptionalInt ALL = OptionalInt.empty();

  private static Sampling most(int runs, long seed) {
    return new Sampling(OptionalInt.of(runs), false, seed);
  }

  private static Run run(String accession, String sample, long spots, boolean always) {
    return new Run(accession, "homo_sapiens liver", "PRJNA1", sample, spots, always);
  }

  @Test
  void oneRunOfABioSampleIsTakenThatWithMostSpots() {
    List<Run> runs =
        List.of(
            run("SRR1", "SAMN1", 5, false),
            run("SRR2", "SAMN1", 9, false),
            run("SRR3", "SAMN1", 9, false),
            run("SRR4", "SAMN2", 0, false),
            run("SRR5", "", 1, false),
            run("SRR6", "", 1, false),
            new Run("SRR7", "homo_sapiens liver", "PRJNA2", "SAMN1", 1, false));
    assertThat(new Sampling(ALL, true, 0).leftOut(runs))
        .isEqualTo(
            Map.of(
                "SRR1", "redundant BioSample SAMN1: SRR2 is taken",
                "SRR3", "redundant BioSample SAMN1: SRR2 is taken"));
    assertThat(new Sampling(ALL, false, 0).leftOut(runs)).isEmpty();
  }

  @Test
  void whatIsAllowedIsTakenAndStandsForItsBioSample() {
    List<Run> runs =
        List.of(
            run("SRR1", "SAMN1", 9, false),
            run("SRR2", "SAMN1", 2, true),
            run("SRR3", "SAMN1", 1, true));
    assertThat(new Sampling(ALL, true, 0).leftOut(runs))
        .isEqualTo(Map.of("SRR1", "redundant BioSample SAMN1: SRR2 is taken"));
  }

  @Test
  void theReasonCountsTheGroupAndNamesTheSeed() {
    List<Run> runs =
        IntStream.range(0, 12).mapToObj(i -> run("SRR" + i, "SAMN" + i, 1, i < 4)).toList();
    assertThat(most(5, 7).leftOut(runs).values())
        .hasSize(7)
        .containsOnly("subsampled: 5 of 12 of homo_sapiens liver, seed 7");
    assertThat(most(2, 7).leftOut(runs).values())
        .hasSize(8)
        .containsOnly("subsampled: 4 of 12 of homo_sapiens liver, seed 7");
    assertThat(most(12, 7).leftOut(runs)).isEmpty();
  }

  /** So the reason is never that another run is taken which is not. */
  @Test
  void aRedundantRunSaysWhatBecameOfTheOther() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      runs.add(run("SRR1" + i, "SAMN" + i, 9, false));
      runs.add(run("SRR2" + i, "SAMN" + i, 1, false));
    }
    Map<String, String> leftOut = new Sampling(OptionalInt.of(5), true, 3).leftOut(runs);
    assertThat(leftOut).hasSize(35);
    for (int i = 0; i < 20; i++) {
      String end =
          leftOut.containsKey("SRR1" + i) ? "stands for it, and is subsampled" : "is taken";
      assertThat(leftOut.get("SRR2" + i))
          .isEqualTo("redundant BioSample SAMN" + i + ": SRR1" + i + " " + end);
    }
  }

  /** A small project is taken whole before a large one fills the rest. */
  @Test
  void projectsAreTakenInTurns() {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      runs.add(new Run("SRR" + i, "g", i < 90 ? "large" : "small" + i % 2, "", 1, false));
    }
    Set<String> leftOut = most(20, 1).leftOut(runs).keySet();
    assertThat(taken(runs, leftOut, Run::project))
        .isEqualTo(Map.of("large", 10L, "small0", 5L, "small1", 5L));
  }

  static List<Integer> seeds() {
    return IntStream.range(0, 60).boxed().toList();
  }

  private static List<Run> generated(Random random) {
    int projects = 1 + random.nextInt(8);
    int count = random.nextInt(200);
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int project = (int) Math.abs(random.nextGaussian() * projects / 2) % projects;
      String sample = random.nextInt(5) == 0 ? "" : "SAMN" + random.nextInt(count);
      runs.add(
          new Run(
              "SRR" + i,
              "group" + random.nextInt(3),
              project == 0 ? "" : "PRJNA" + project,
              sample,
              random.nextInt(4),
              random.nextInt(15) == 0));
    }
    return runs;
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void ofAnyRunsTheChoiceIsSmallDiverseAndAlwaysTheSame(int number) {
    Random random = new Random(number);
    List<Run> runs = generated(random);
    int most = 1 + random.nextInt(30);
    Sampling sampling = new Sampling(OptionalInt.of(most), random.nextBoolean(), number);
    Map<String, String> leftOut = sampling.leftOut(runs);

    List<Run> shuffled = new ArrayList<>(runs);
    Collections.shuffle(shuffled, random);
    assertThat(sampling.leftOut(shuffled)).as("whatever the order").isEqualTo(leftOut);

    assertThat(runs).filteredOn(Run::always).noneMatch(run -> leftOut.containsKey(run.accession()));
    Map<String, List<Run>> groups = runs.stream().collect(Collectors.groupingBy(Run::group));
    groups.values().forEach(group -> check(group, leftOut, most));
    if (sampling.onePerBioSample()) {
      Set<String> samples = new HashSet<>();
      assertThat(runs)
          .filteredOn(run -> !leftOut.containsKey(run.accession()))
          .filteredOn(run -> !run.always() && !run.bioSample().isEmpty())
          .allMatch(run -> samples.add(run.project() + run.bioSample()));
    }
  }

  private static void check(List<Run> group, Map<String, String> leftOut, int most) {
    long allowed = group.stream().filter(Run::always).count();
    List<Run> competing =
        group.stream()
            .filter(run -> !leftOut.getOrDefault(run.accession(), "").startsWith("redundant"))
            .toList();
    long taken = competing.stream().filter(run -> !leftOut.containsKey(run.accession())).count();
    assertThat(taken).isEqualTo(Math.min(competing.size(), Math.max(most, allowed)));
    Map<String, Long> all = taken(competing, Set.of(), Run::project);
    Map<String, Long> counts = taken(competing, leftOut.keySet(), Run::project);
    Map<String, Long> always =
        taken(group.stream().filter(Run::always).toList(), Set.of(), Run::project);
    all.forEach(
        (project, size) -> {
          long own = counts.getOrDefault(project, 0L);
          if (own < size) {
            counts.forEach(
                (other, count) ->
                    assertThat(count)
                        .as("%s has %d of %d, so %s", project, own, size, other)
                        .isLessThanOrEqualTo(Math.max(own + 1, always.getOrDefault(other, 0L))));
          }
        });
  }

  private static Map<String, Long> taken(
      List<Run> runs, Set<String> leftOut, Function<Run, String> by) {
    Map<String, Long> counts = new HashMap<>();
    runs.stream()
        .filter(run -> !leftOut.contains(run.accession()))
        .forEach(run -> counts.merge(by.apply(run), 1L, Long::sum));
    return counts;
  }

  @Test
  void everyRunHasItsChanceAndAnotherSeedTakesOthers() {
    List<Run> runs =
        IntStream.range(0, 100)
            .mapToObj(i -> new Run("SRR" + i, "g", "PRJNA" + i % 4, "", 1, false))
            .toList();
    Map<String, Integer> times = new HashMap<>();
    Set<Set<String>> choices = new HashSet<>();
    for (int seed = 0; seed < 400; seed++) {
      Set<String> leftOut = most(20, seed).leftOut(runs).keySet();
      choices.add(leftOut);
      runs.stream()
          .filter(run -> !leftOut.contains(run.accession()))
          .forEach(run -> times.merge(run.accession(), 1, Integer::sum));
    }
    assertThat(choices).hasSize(400);
    // 400 draws of one in five: 80 times each, standard deviation 8
    assertThat(times).hasSize(100).allSatisfy((run, count) -> assertThat(count).isBetween(45, 115));
  }
}
