package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;

/** Steps in Java end at the attempt's stop and at its disk, whatever a small file expands to. */
class HeedfulStepsTest {
  private static final long MEBI = 1L << 20;
  private static final long BOMB = 512 * MEBI;
  private static final long RESERVED = 24 * MEBI;

  @TempDir Path folder;

  /** Stops when it was asked so often whether it was stopped. */
  private record Limited(Attempt attempt, AtomicInteger questions) implements Attempt {
    @Override
    public JobSpec spec() {
      return attempt.spec();
    }

    @Override
    public int number() {
      return attempt.number();
    }

    @Override
    public Resources reserved() {
      return attempt.reserved();
    }

    @Override
    public Path scratch() {
      return attempt.scratch();
    }

    @Override
    public Path log() {
      return attempt.log();
    }

    @Override
    public long diskLeft() throws IOException {
      return attempt.diskLeft();
    }

    @Override
    public void progressed() {
      attempt.progressed();
    }

    @Override
    public boolean isStopped() {
      return questions.decrementAndGet() < 0;
    }

    @Override
    public void onStop(Runnable action) {
      attempt.onStop(action);
    }

    @Override
    public ProcessResult execute(ProcessRequest request) throws InterruptedException {
      return attempt.execute(request);
    }
  }

  private Attempt attempt(long disk) {
    return new TestAttempt(null, Resources.of(1000, MEBI, disk), folder);
  }

  private Attempt stoppingSoon() {
    return new Limited(attempt(4 * BOMB), new AtomicInteger(200));
  }

  private StepContext context(Attempt attempt, Map<String, String> with) {
    return new StepContext(
        attempt,
        new ScratchRoom(attempt),
        folder,
        with,
        List.of(),
        Map.of(),
        new HashMap<>(),
        List.of(),
        new ArrayList<>());
  }

  /** One member of 16 MiB of zeros, again and again. */
  private Path zeros(String name) throws IOException {
    ByteArrayOutputStream member = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(member)) {
      gzip.write(new byte[(int) (16 * MEBI)]);
    }
    Path file = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long written = 0; written < BOMB; written += 16 * MEBI) {
        member.writeTo(out);
      }
    }
    return file;
  }

  private void tarOfZeros(String name) throws IOException {
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(
            new GZIPOutputStream(Files.newOutputStream(folder.resolve(name))))) {
      TarArchiveEntry entry = new TarArchiveEntry("index/seq.bin");
      entry.setSize(BOMB / 4);
      tar.putArchiveEntry(entry);
      byte[] block = new byte[(int) MEBI];
      for (long written = 0; written < BOMB / 4; written += MEBI) {
        tar.write(block);
      }
      tar.closeArchiveEntry();
    }
  }

  private long size() throws IOException {
    return attempt(0).diskLeft() * -1;
  }

  private static final Map<String, String> GUNZIP = Map.of("from", "bomb.gz", "to", "out.fa");
  private static final Map<String, String> UNPACK = Map.of("from", "bomb.tgz", "to", "reference");

  @Test
  void unpackingEndsAtTheDiskThatIsReserved() throws Exception {
    zeros("bomb.gz");
    assertOutOfDisk(new Gunzip(), GUNZIP);
    Files.delete(folder.resolve("out.fa"));
    tarOfZeros("bomb.tgz");
    assertOutOfDisk(new Unpack(), UNPACK);
  }

  private void assertOutOfDisk(Builtin step, Map<String, String> with) throws IOException {
    StepContext context = context(attempt(RESERVED), with);
    assertThatThrownBy(() -> step.run(context))
        .isInstanceOfSatisfying(
            IOException.class,
            e -> {
              assertThat(Failures.of(e, "step").failureClass()).isEqualTo(FailureClass.OUT_OF_DISK);
              assertThat(e).hasMessageContaining(Long.toString(RESERVED));
            });
    assertThat(size()).isBetween(RESERVED / 2, RESERVED);
  }

  @Test
  void everyReaderAndWriterEndsSoonAfterTheStop() throws Exception {
    zeros("bomb.gz");
    tarOfZeros("bomb.tgz");
    Files.writeString(folder.resolve("map.txt"), "");
    withHeader(folder.resolve("bomb.gz"), folder.resolve("endless.fa.gz"));
    for (Map.Entry<Builtin, Map<String, String>> step :
        Map.<Builtin, Map<String, String>>of(
                new Gunzip(), GUNZIP,
                new Unpack(), UNPACK,
                new GtfClean(), Map.of("genome", "endless.fa.gz"),
                new TranscriptsCheck(), Map.of("map", "map.txt", "fasta", "endless.fa.gz"),
                new Pack(), Map.of("files", "big.bin", "to", "packed.tgz"))
            .entrySet()) {
      Files.write(folder.resolve("big.bin"), new byte[(int) (64 * MEBI)]);
      StepContext context = context(stoppingSoon(), step.getValue());
      assertThatThrownBy(() -> step.getKey().run(context))
          .as(step.getKey().getClass().getSimpleName())
          .isInstanceOf(Streams.StoppedException.class);
    }
    assertThat(size()).isLessThan(BOMB / 2);
  }

  /** A FASTA file whose one sequence never ends. */
  private static void withHeader(Path bomb, Path fasta) throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(header)) {
      gzip.write(">one\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }
    byte[] rest;
    try (InputStream in = Files.newInputStream(bomb)) {
      rest = in.readAllBytes();
    }
    header.write(rest);
    Files.write(fasta, header.toByteArray());
  }

  @Test
  void aStopIsNoFailureOfTheWork() {
    assertThat(Failures.of(new Streams.StoppedException(), "step").failureClass())
        .isEqualTo(FailureClass.NODE_LOST);
  }

  @Test
  void attributesAreReadInOnePassWhateverTheText() {
    Random random = new Random(8);
    String[] parts = {"gene_id", "transcript_id", " ", " ", "\"", "\"", ";", "x", "gene_type", "é"};
    for (int round = 0; round < 20_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = random.nextInt(14); i >= 0; i--) {
        text.append(parts[random.nextInt(parts.length)]);
      }
      GtfAttributes read = GtfAttributes.of(text.toString());
      assertThat(text).as("values are of the text").contains(read.geneId(), read.transcriptId());
      if (read.regular() && !read.transcriptId().isEmpty()) {
        assertThat(text.toString().replaceAll("\\s+", " "))
            .contains("transcript_id \"" + read.transcriptId().replaceAll("\\s+", " ") + "\"");
      }
    }
  }

  @Test
  void aHostileLineOfMegabytesCostsItsLength() {
    String columns = "c\ts\texon\t1\t2\t.\t+\t.\t";
    for (String text : List.of("a", "a ", "a \"", "\"", "a\t", "\t")) {
      String line = columns + text.repeat((int) (4 * MEBI / text.length()));
      assertTimeoutPreemptively(
          Duration.ofSeconds(20), () -> assertThat(GtfLine.parse(line)).isPresent());
    }
    String inspected = "[inspect]" + " ".repeat((int) MEBI);
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertThat(KallistoInspect.parse(List.of(inspected)).k()).isEmpty());
  }
}
