package refinery.pipeline;

import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import refinery.pipeline.TranscriptRules.Reason;
import refinery.pipeline.TranscriptRules.Removed;
import refinery.storage.Sha256;

/**
 * The step {@code transcripts-filter}: writes the transcripts of {@code fasta} that an index of
 * less complexity needs to {@code to}, and those that it leaves out, each with the reason, to
 * {@code removed}. {@code biotypes} is a table (transcript, tab, biotype), {@code
 * non-coding-biotypes} and {@code non-coding-accessions} are lists with blanks, {@code
 * shortest-bases} is a number; without the first, {@link TranscriptRules#NON_CODING} are. Where
 * nothing or everything would be left out, or just what the index at hand lacks already, it writes
 * nothing. Memory holds a digest and a name for each transcript, but no sequence.
 */
final class TranscriptsFilter implements Builtin {
  /** The fact that tells whether there are fewer transcripts now. */
  static final String FILTERED = "transcripts_filtered";

  /** The name of a fact: the number of transcripts that are left. */
  static final String LEFT = "transcripts_left";

  /** Begins the names of facts: the number of transcripts left out for a reason. */
  static final String REMOVED = "transcripts_removed.";

  private static final String TITLE = "transcript\treason\tdetail\n";

  @Override
  public Set<String> decides() {
    return Set.of(FILTERED);
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    if (!Files.isRegularFile(context.path("fasta"))) {
      throw StepFailure.permanent(
          "there is no %s: an older version built the index; reprocess its batch"
              .formatted(context.text("fasta")));
    }
    TranscriptRules rules = rules(context);
    BitSet kept = new BitSet();
    Map<Reason, Integer> removed = new EnumMap<>(Reason.class);
    int all = judge(context, rules, kept, removed);
    String had = context.facts().getOrDefault("index_" + IndexComplexity.TRANSCRIPTS, "");
    boolean filtered =
        !removed.isEmpty() && !kept.isEmpty() && !had.equals("" + kept.cardinality());
    if (filtered) {
      write(context, kept);
      context.learned(LEFT, kept.cardinality());
      context.learned("transcripts_left_sha256", Pack.digest(context.path("to"), context));
      for (Reason reason : Reason.values()) {
        context.learned(REMOVED + reason.key(), removed.getOrDefault(reason, 0));
      }
    } else {
      Files.delete(context.path("removed"));
    }
    context.learned(FILTERED, filtered);
    context.checked(
        filtered
            ? "%d of %d transcripts left: without %d that are not coding, %d that are short, %d duplicates"
                .formatted(
                    kept.cardinality(),
                    all,
                    removed.getOrDefault(Reason.NON_CODING, 0),
                    removed.getOrDefault(Reason.SHORT, 0),
                    removed.getOrDefault(Reason.DUPLICATE, 0))
            : "%d of %d transcripts could be left out: nothing is gained"
                .formatted(all - kept.cardinality(), all));
  }

  private static TranscriptRules rules(StepContext context) throws IOException, StepFailure {
    return TranscriptRules.of(
        context.optional("non-coding-biotypes").isPresent()
            ? words(context, "non-coding-biotypes")
            : TranscriptRules.NON_CODING,
        words(context, "non-coding-accessions"),
        Long.parseLong(context.text("shortest-bases")),
        Biotypes.read(context.path("biotypes"), context.attempt()));
  }

  private static Set<String> words(StepContext context, String key) {
    return Arrays.stream(context.optional(key).orElse("").strip().split("\\s+"))
        .filter(word -> !word.isEmpty())
        .collect(Collectors.toSet());
  }

  /** Sets a bit for each transcript that is kept, and returns how many there are. */
  private static int judge(
      StepContext context, TranscriptRules rules, BitSet kept, Map<Reason, Integer> removed)
      throws IOException, StepFailure {
    try (BufferedWriter table = context.room().writer(context.path("removed"))) {
      table.write(TITLE);
      Judge judge = new Judge(rules, kept, removed, table);
      Fasta.read(context.path("fasta"), context.attempt(), judge);
      return judge.number;
    }
  }

  /** The first pass. */
  private static final class Judge implements Fasta.Letters {
    private final TranscriptRules rules;
    private final BitSet kept;
    private final Map<Reason, Integer> removed;
    private final BufferedWriter table;
    private final MessageDigest digest = Sha256.digest();
    private final byte[] letters = new byte[8192];
    private int filled;
    private String name = "";
    private long length;
    private int number;

    Judge(TranscriptRules rules, BitSet kept, Map<Reason, Integer> removed, BufferedWriter table) {
      this.rules = rules;
      this.kept = kept;
      this.removed = removed;
      this.table = table;
    }

    @Override
    public void begin(String next) {
      name = next;
      length = 0;
      filled = 0;
    }

    @Override
    public void letter(int letter) {
      if (filled == letters.length) {
        digest.update(letters);
        filled = 0;
      }
      letters[filled++] = (byte) Character.toUpperCase(letter);
      length++;
    }

    @Override
    public void end() throws IOException {
      digest.update(letters, 0, filled);
      ByteBuffer bytes = ByteBuffer.wrap(digest.digest());
      Optional<Removed> out =
          rules.judge(name, length, new TranscriptRules.Digest(bytes.getLong(), bytes.getLong()));
      if (out.isPresent()) {
        removed.merge(out.get().reason(), 1, Integer::sum);
        table.write(name + "\t" + out.get().reason().key() + "\t" + out.get().detail() + "\n");
      } else {
        kept.set(number);
      }
      number++;
    }
  }

  /** The second pass. */
  private static void write(StepContext context, BitSet kept) throws IOException, StepFailure {
    try (OutputStream out = new BufferedOutputStream(context.create("to"), 1 << 16)) {
      Fasta.read(
          context.path("fasta"),
          context.attempt(),
          new Fasta.Letters() {
            private int number = -1;

            @Override
            public void begin(String name) throws IOException {
              number++;
              if (kept.get(number)) {
                out.write((">" + name + "\n").getBytes(StandardCharsets.ISO_8859_1));
              }
            }

            @Override
            public void letter(int letter) throws IOException {
              if (kept.get(number)) {
                out.write(letter);
              }
            }

            @Override
            public void end() throws IOException {
              if (kept.get(number)) {
                out.write('\n');
              }
            }
          });
    }
  }
}
