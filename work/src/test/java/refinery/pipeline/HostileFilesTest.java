package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.configuration.ConfigurationException;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;

/** Links and {@code ..} in archives that are unpacked, and in what tools leave as outputs. */
class HostileFilesTest {
  @TempDir private Path temp;

  private static final Work.Process WORK =
      new Work.Process("own", List.of(), List.of(), Map.of(), Map.of(), List.of());

  private Path packed(String name, byte type, String target) throws IOException {
    Path file = temp.resolve("index.tgz");
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
      entry.setLinkName(target);
      byte[] content = type == TarConstants.LF_NORMAL ? target.getBytes() : new byte[0];
      entry.setSize(content.length);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
      TarArchiveEntry through = new TarArchiveEntry("link/left");
      through.setSize(3);
      tar.putArchiveEntry(through);
      tar.write("abc".getBytes());
      tar.closeArchiveEntry();
    }
    return file;
  }

  @ParameterizedTest
  @CsvSource({
    "../left,0,x",
    "/tmp/../left,0,x",
    "a/../../left,0,x",
    "link,2,ELSEWHERE",
    "link,1,ELSEWHERE",
    "link,6,",
    "link,3,",
    ".hidden,0,x",
  })
  void aTarballWritesNothingOutside(String name, char type, String target) throws Exception {
    Path elsewhere = Files.createDirectories(temp.resolve("elsewhere"));
    String to = target == null ? "" : target.replace("ELSEWHERE", elsewhere.toString());
    packed(name, (byte) type, to);
    StepContext context = context(Map.of("from", "index.tgz", "to", "reference"));
    assertThatThrownBy(() -> new Unpack().run(context))
        .isInstanceOfAny(StepFailure.class, IOException.class);
    assertThat(elsewhere).isEmptyDirectory();
    assertThat(temp.resolve("left")).doesNotExist();
    try (Stream<Path> made = Files.walk(temp)) {
      assertThat(made).noneMatch(Files::isSymbolicLink);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ln -s SECRET out.txt",
        "mkdir real && ln -s ELSEWHERE folder",
        "mkfifo out.txt",
      })
  void whatALinkLeadsToIsNoOutput(String does) throws Exception {
    assertThat(run(does)).isInstanceOf(Outcome.Failed.class);
  }

  /** Before anything runs: an output's place is said by the pipeline's file alone. */
  @ParameterizedTest
  @ValueSource(strings = {"..", "../secret", "folder/../../secret", "ELSEWHERE/secret"})
  void noPipelineNamesWhatLiesOutsideAsItsOutput(String file) {
    assertThatThrownBy(() -> run("true", file))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("outputs[1].file")
        .hasMessageContaining("must be a relative path of plain names");
  }

  @Test
  void aPlainFileIsOne() throws Exception {
    assertThat(run("mkdir folder && echo x > folder/secret && echo y > out.txt"))
        .isInstanceOf(Outcome.Succeeded.class);
  }

  private Outcome run(String does) throws IOException {
    return run(does, "folder/secret");
  }

  private Outcome run(String does, String output) throws IOException {
    Path elsewhere = Files.createDirectories(temp.resolve("elsewhere"));
    Path secret = Files.writeString(elsewhere.resolve("secret"), "not yours\n");
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    String script = does.replace("SECRET", secret.toString());
    Files.writeString(
        pipelines.resolve("own.conf"),
        """
        name = own
        version = "1"
        description = "Somebody's own."
        resources { cpu = "1", memory = "1MiB", disk = "1MiB" }
        steps = [ { name = make, command = [sh, -c, "%s"] } ]
        outputs = [
          { name = out, file = out.txt, media-type = text/plain, optional = true }
          { name = secret, file = "%s", media-type = text/plain }
        ]
        """
            .formatted(
                script.replace("ELSEWHERE", elsewhere.toString()),
                output.replace("ELSEWHERE", elsewhere.toString())));
    return new Workbench(temp.resolve("bench"))
        .run(PipelineRegistry.load(Optional.of(pipelines)), WORK, temp.resolve("scratch"));
  }

  private StepContext context(Map<String, String> with) throws IOException {
    JobSpec spec =
        new JobSpec(
            JobId.of("job-1"),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            "own",
            50,
            0,
            Resources.NONE,
            WORK,
            java.time.Instant.EPOCH);
    TestAttempt attempt = TestAttempt.of(spec, temp.resolve("scratch"));
    return new StepContext(
        attempt,
        new ScratchRoom(attempt),
        temp,
        with,
        List.of(),
        Map.of(),
        new HashMap<>(),
        List.of(),
        new ArrayList<>());
  }
}
