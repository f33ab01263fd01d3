package refinery.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Generated jobs in parallel arrays, in the order of their arrival. Equal parameters give equal
 * jobs. Cpu in millicores, memory and disk in MiB, times in seconds.
 *
 * <p>Requests and durations are log-normal in the size of the input. Memory is Pareto-distributed:
 * most processing needs little, and some needs a hundred times as much. Index builds are few and
 * huge. Numbers differ from job to job, so hardly two processing jobs ask for the same. Most
 * surveys are there at the start; the last few come later and find a long queue.
 */
final class Workload {
  private static final int GIB = 1024;
  private static final int STARTING = 22;
  private static final int LATE = 4;
  private static final double LATE_PART = 0.002;
  private static final String[] HOSTS = {"net:ena", "net:ncbi", "net:ensembl"};
  static final byte NO_TOKEN = 3;

  /**
   * A fair-share group.
   *
   * @param part fraction of all jobs
   * @param arrival as a fraction of the lower bound of the whole run
   * @param kinds fractions of the kinds of jobs, in the order of {@link Kind}
   */
  record Survey(String name, double weight, double part, double arrival, double[] kinds) {}

  final Cluster cluster;
  final List<Survey> surveys = new ArrayList<>();
  final int jobs;
  final int[] cpu;
  final int[] memory;
  final int[] disk;
  final int[] seconds;
  final int[] arrival;
  final long[] order;
  final short[] survey;
  final byte[] kind;

  /** Index of the token that the job needs, or {@link #NO_TOKEN}. */
  final byte[] token;

  /** The node that holds the job's raw data, or -1. */
  final short[] home;

  private final int[] tokenLimits = new int[HOSTS.length];

  Workload(int nodes, int jobs, long seed) {
    this.cluster = new Cluster(nodes);
    this.jobs = jobs;
    cpu = new int[jobs];
    memory = new int[jobs];
    disk = new int[jobs];
    seconds = new int[jobs];
    arrival = new int[jobs];
    order = new long[jobs];
    survey = new short[jobs];
    kind = new byte[jobs];
    token = new byte[jobs];
    home = new short[jobs];
    SplittableRandom random = new SplittableRandom(seed);
    defineSurveys();
    int late = (int) (jobs * LATE_PART) * LATE;
    for (int job = 0; job < jobs; job++) {
      int of = job < jobs - late ? startingSurvey(random) : STARTING + lateSurvey(job, late);
      generate(job, of, random);
    }
    limitTokens();
    double span = new Bounds(this).seconds();
    for (int job = jobs - late; job < jobs; job++) {
      arrival[job] = (int) (span * surveys.get(survey[job]).arrival());
    }
  }

  private int lateSurvey(int job, int late) {
    return (job - (jobs - late)) * LATE / late;
  }

  /**
   * Defines surveys whose sizes fall as one over the rank. Of eight surveys five download and
   * quantify, one builds indices, and two mostly run commands.
   */
  private void defineSurveys() {
    double sum = 0;
    for (int i = 0; i < STARTING; i++) {
      sum += 1.0 / (i + 1);
    }
    for (int i = 0; i < STARTING; i++) {
      double[] kinds =
          switch (i % 8) {
            case 3 -> new double[] {0.94, 0, 0.06, 0};
            case 2, 6 -> new double[] {0.10, 0.10, 0, 0.80};
            default -> new double[] {0.60, 0.40, 0, 0};
          };
      surveys.add(new Survey("survey-" + i, i == 1 ? 2 : 1, 1 / (sum * (i + 1)), 0, kinds));
    }
    for (int i = 0; i < LATE; i++) {
      double[] kinds = i == 2 ? new double[] {0, 0, 0, 1} : new double[] {0.60, 0.40, 0, 0};
      surveys.add(new Survey("late-" + i, 1, LATE_PART, 0.1 + 0.2 * i, kinds));
    }
  }

  private int startingSurvey(SplittableRandom random) {
    double draw = random.nextDouble();
    for (int i = 0; i < STARTING; i++) {
      draw -= surveys.get(i).part();
      if (draw < 0) {
        return i;
      }
    }
    return 0;
  }

  private void generate(int job, int of, SplittableRandom random) {
    double[] kinds = surveys.get(of).kinds();
    double draw = random.nextDouble();
    int drawn = 0;
    while (drawn < kinds.length - 1 && draw >= kinds[drawn]) {
      draw -= kinds[drawn++];
    }
    survey[job] = (short) of;
    kind[job] = (byte) drawn;
    token[job] = NO_TOKEN;
    home[job] = -1;
    double size = random.nextGaussian();
    order[job] = (long) (4e9 * Math.exp(size));
    double noise = Math.exp(0.3 * random.nextGaussian());
    switch (Kind.values()[drawn]) {
      case DOWNLOAD -> {
        set(job, 250, 256, lognormal(6 * GIB, size), 60 * Math.exp(0.8 * size) * noise);
        token[job] = (byte) (random.nextInt(10) < 7 ? 0 : random.nextInt(2) + 1);
      }
      case QUANTIFY -> {
        int cores = new int[] {2, 4, 4, 4, 8}[random.nextInt(5)];
        int needed = (int) pareto(random, 3 * GIB, 1.4, 60 * GIB);
        set(
            job,
            cores * 1000,
            needed,
            lognormal(15 * GIB, size),
            400 * Math.exp(0.6 * size) * noise);
        home[job] = (short) (random.nextBoolean() ? random.nextInt(cluster.size()) : -1);
      }
      case INDEX -> {
        int needed = (int) pareto(random, 30 * GIB, 1.2, 300 * GIB);
        set(job, 8000, needed, lognormal(80 * GIB, size / 2), 1500 * Math.exp(0.5 * size) * noise);
      }
      case COMMAND -> set(job, 1000, 512, GIB, 20 * Math.exp(0.8 * size) * noise);
    }
  }

  private void set(int job, int millicores, int memoryMib, int diskMib, double time) {
    cpu[job] = millicores;
    memory[job] = memoryMib;
    disk[job] = Math.min(diskMib, 400 * GIB);
    seconds[job] = (int) Math.max(1, Math.min(3 * 3600, time));
  }

  private static int lognormal(int median, double gaussian) {
    return (int) (median * Math.exp(Math.min(4, gaussian)));
  }

  private static double pareto(SplittableRandom random, double least, double alpha, double most) {
    return Math.min(most, least / Math.pow(1 - random.nextDouble(), 1 / alpha));
  }

  /**
   * Sets the tokens of each host so that its transfers alone would take at most about 0.8 of the
   * lower bound.
   */
  private void limitTokens() {
    double[] held = new double[HOSTS.length];
    for (int job = 0; job < jobs; job++) {
      if (token[job] != NO_TOKEN) {
        held[token[job]] += seconds[job];
      }
    }
    double span = new Bounds(this).seconds();
    for (int host = 0; host < HOSTS.length; host++) {
      tokenLimits[host] = (int) Math.max(2, Math.ceil(held[host] / (0.8 * span)));
    }
  }

  /** The tokens of a host; 0 before the limits are set. */
  int tokenLimit(int host) {
    return tokenLimits[host];
  }

  static int tokens() {
    return HOSTS.length;
  }

  static String tokenName(int host) {
    return HOSTS[host];
  }

  Map<String, Integer> namedTokenLimits() {
    Map<String, Integer> limits = new HashMap<>();
    for (int host = 0; host < HOSTS.length; host++) {
      limits.put(HOSTS[host], tokenLimits[host]);
    }
    return limits;
  }

  Map<String, Double> weights() {
    Map<String, Double> weights = new HashMap<>();
    surveys.forEach(each -> weights.put(each.name(), each.weight()));
    return weights;
  }
}
