package refinery.localarchive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The reads of one run, and where they came from.
 *
 * @param truth number of fragments by transcript; background belongs to none
 * @param background number of fragments of random sequence, which map nowhere
 * @param fastq uncompressed FASTQ, one or two files
 */
record SimulatedRun(
    RunDesign design, Map<String, Long> truth, long background, List<byte[]> fastq) {
  private static final double FRAGMENT_MEAN = 180;
  private static final double FRAGMENT_DEVIATION = 25;
  private static final double BACKGROUND = 0.04;
  private static final double ERROR = 0.003;
  private static final double UNKNOWN_BASE = 0.0005;

  SimulatedRun {
    truth = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(truth));
    fastq = List.copyOf(fastq);
  }

  long bases() {
    return (long) design.fragments() * design.readLength() * (design.paired() ? 2 : 1);
  }

  static SimulatedRun of(Genome genome, TranscriptLevels expression, RunDesign design, long seed) {
    return new Simulation(genome, expression, design, new Dice(seed)).run();
  }

  /** Draws fragments one by one. For one use. */
  private static final class Simulation {
    private final RunDesign design;
    private final Dice dice;
    private final List<byte[]> sequences = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final double[] cumulative;
    private final long[] counts;
    private final ByteArrayOutputStream first = new ByteArrayOutputStream();
    private final ByteArrayOutputStream second = new ByteArrayOutputStream();
    private long background;

    Simulation(Genome genome, TranscriptLevels expression, RunDesign design, Dice dice) {
      this.design = design;
      this.dice = dice;
      Map<String, Double> levels = expression.of(design, dice);
      List<Double> sums = new ArrayList<>();
      double sum = 0;
      for (Gene gene : genome.genes()) {
        for (Gene.Transcript transcript : gene.transcripts()) {
          names.add(transcript.id());
          sequences.add(genome.spliced(gene, transcript));
          double starts = Math.max(0, transcript.length() - FRAGMENT_MEAN + 1);
          sum += levels.get(transcript.id()) * starts;
          sums.add(sum);
        }
      }
      cumulative = sums.stream().mapToDouble(Double::doubleValue).toArray();
      counts = new long[cumulative.length];
    }

    SimulatedRun run() {
      for (int i = 1; i <= design.fragments(); i++) {
        write(i, fragment());
      }
      Map<String, Long> truth = new LinkedHashMap<>();
      for (int i = 0; i < counts.length; i++) {
        truth.put(names.get(i), counts[i]);
      }
      List<byte[]> fastq =
          design.paired()
              ? List.of(first.toByteArray(), second.toByteArray())
              : List.of(first.toByteArray());
      return new SimulatedRun(design, truth, background, fastq);
    }

    private byte[] fragment() {
      int length = (int) (FRAGMENT_MEAN + FRAGMENT_DEVIATION * dice.gaussian());
      byte[] fragment;
      if (dice.chance(BACKGROUND)) {
        background++;
        fragment = Dna.random(dice, Math.max(length, design.readLength()), 0.41);
      } else {
        int index = draw();
        counts[index]++;
        byte[] sequence = sequences.get(index);
        int fitting = Math.max(design.readLength(), Math.min(length, sequence.length));
        int start = dice.between(0, sequence.length - fitting);
        fragment = Arrays.copyOfRange(sequence, start, start + fitting);
      }
      boolean flip = design.reverse() || dice.chance(0.5);
      return flip ? Dna.reverseComplement(fragment) : fragment;
    }

    private int draw() {
      double x = dice.unit() * cumulative[cumulative.length - 1];
      int at = Arrays.binarySearch(cumulative, x);
      int index = at >= 0 ? at + 1 : -at - 1;
      return Math.min(index, cumulative.length - 1);
    }

    private void write(int number, byte[] fragment) {
      String name =
          "@%s.%d SYN:1:FC01:1:%d:%d:%d"
              .formatted(
                  design.accession(),
                  number,
                  1101 + number / 1500,
                  dice.between(1_000, 20_000),
                  dice.between(1_000, 20_000));
      if (design.paired()) {
        record(first, name + "/1", fragment);
        record(second, name + "/2", Dna.reverseComplement(fragment));
      } else {
        record(first, name, fragment);
      }
    }

    private void record(ByteArrayOutputStream out, String name, byte[] fragment) {
      int length = design.readLength();
      byte[] bases = Arrays.copyOf(fragment, length);
      byte[] qualities = new byte[length];
      for (int i = 0; i < length; i++) {
        double x = dice.unit();
        if (x < UNKNOWN_BASE) {
          bases[i] = 'N';
        } else if (x < UNKNOWN_BASE + ERROR) {
          bases[i] = Dna.otherBase(dice, bases[i]);
        }
        qualities[i] = quality((double) i / length);
      }
      out.writeBytes((name + "\n").getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(bases);
      out.writeBytes("\n+\n".getBytes(StandardCharsets.US_ASCII));
      out.writeBytes(qualities);
      out.write('\n');
    }

    /**
     * One of four qualities, worse towards the end of the read, as current instruments write them.
     */
    private byte quality(double position) {
      double x = dice.unit();
      if (x < 0.93 - 0.1 * position) {
        return 'F';
      } else if (x < 0.98 - 0.05 * position) {
        return ':';
      }
      return (byte) (x < 0.995 ? ',' : '#');
    }
  }
}
