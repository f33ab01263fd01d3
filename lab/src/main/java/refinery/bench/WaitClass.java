package refinery.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The waiting times, in seconds, of jobs of one kind in surveys of one size, compared with fair
 * ones.
 *
 * <p>The fair wait of a class is the mean of its jobs' waits in {@link FairShare}, plus the mean
 * duration of all jobs: nothing is preempted, so resources that are due must first become free.
 */
record WaitClass(
    String name, int jobs, double mean, int median, int p95, int longest, double fairMean) {

  double ratio() {
    return mean / fairMean;
  }

  static List<WaitClass> of(Workload work, Outcome outcome, FairShare fair) {
    double[] sizes = new double[work.surveys.size()];
    for (int survey : IntStream.range(0, work.jobs).map(job -> work.survey[job]).toArray()) {
      sizes[survey]++;
    }
    double turnover = Arrays.stream(work.seconds).average().orElse(0);
    List<WaitClass> classes = new ArrayList<>();
    for (Size size : Size.values()) {
      for (Kind kind : Kind.values()) {
        int[] members =
            IntStream.range(0, work.jobs)
                .filter(
                    job ->
                        work.kind[job] == kind.ordinal()
                            && outcome.wait(job) >= 0
                            && size == Size.of(work, sizes, work.survey[job]))
                .toArray();
        if (members.length > 0) {
          String name = kind.name().toLowerCase(java.util.Locale.ROOT) + ", " + size.words;
          classes.add(of(name, members, outcome, fair, turnover));
        }
      }
    }
    return classes;
  }

  private static WaitClass of(
      String name, int[] members, Outcome outcome, FairShare fair, double turnover) {
    int[] waits = Arrays.stream(members).map(outcome::wait).sorted().toArray();
    return new WaitClass(
        name,
        waits.length,
        Arrays.stream(waits).average().orElse(0),
        waits[waits.length / 2],
        waits[(int) (waits.length * 0.95)],
        waits[waits.length - 1],
        Arrays.stream(members).mapToDouble(fair::wait).average().orElse(0) + turnover);
  }

  private enum Size {
    LARGE("large survey"),
    MIDDLE("middle survey"),
    LATE("small survey, came late");

    private final String words;

    Size(String words) {
      this.words = words;
    }

    static Size of(Workload work, double[] sizes, int survey) {
      if (work.surveys.get(survey).arrival() > 0) {
        return LATE;
      }
      return sizes[survey] > 0.1 * work.jobs ? LARGE : MIDDLE;
    }
  }
}
