package refinery.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import refinery.localarchive.RunDesign;

/**
 * The studies of the run's archive, and the surveys of them; a pure function of the seed. Of four
 * surveys in a row the second shares the downloads of the first, the third shares most of its
 * batches, and the fourth shares nothing.
 */
record SurveyPlan(List<Study> studies, List<Wish> wishes) {
  private static final int FRAGMENTS = 60;

  /** Runs of one project. */
  record Study(String accession, List<RunDesign> runs) {
    Study {
      runs = List.copyOf(runs);
    }
  }

  /**
   * A survey to post.
   *
   * @param accessions that it asks for
   * @param runs that it must find
   */
  record Wish(List<String> accessions, Set<String> runs, String pipeline, int priority) {
    Wish {
      accessions = List.copyOf(accessions);
      runs = Set.copyOf(runs);
    }
  }

  SurveyPlan {
    studies = List.copyOf(studies);
    wishes = List.copyOf(wishes);
  }

  /**
   * @param surveys how many to post
   * @param mostRuns most runs of a study; it has at least a third as many
   */
  static SurveyPlan of(long seed, int surveys, int mostRuns) {
    Random random = new Random(seed);
    List<Study> studies = new ArrayList<>();
    List<Wish> wishes = new ArrayList<>();
    for (int i = 0; i < surveys; i++) {
      int place = i % 4;
      if (place == 0 || place == 3) {
        studies.add(study(studies.size(), mostRuns / 3, mostRuns, random));
      }
      List<RunDesign> runs =
          place == 2 ? part(studies.getLast(), random) : studies.getLast().runs();
      List<String> names = runs.stream().map(RunDesign::accession).toList();
      wishes.add(
          new Wish(
              place == 2 ? names : List.of(studies.getLast().accession()),
              new HashSet<>(names),
              Pipelines.READS.get(place % 2),
              random.nextInt(101)));
    }
    return new SurveyPlan(studies, wishes);
  }

  private static Study study(int number, int least, int most, Random random) {
    int size = Math.max(1, least + random.nextInt(most - least + 1));
    List<RunDesign> runs = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      String accession = String.format(Locale.ROOT, "SRR8%03d%03d", number, i);
      String sample = String.format(Locale.ROOT, "SAMN88%03d%03d", number, i);
      boolean paired = random.nextBoolean();
      runs.add(new RunDesign(accession, sample, paired, 50, "A", true, FRAGMENTS));
    }
    return new Study(String.format(Locale.ROOT, "PRJNA88%04d", number), runs);
  }

  private static List<RunDesign> part(Study study, Random random) {
    List<RunDesign> runs = new ArrayList<>(study.runs());
    Collections.shuffle(runs, random);
    return runs.subList(0, Math.ceilDiv(2 * runs.size(), 3));
  }
}
