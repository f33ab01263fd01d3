package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.agent.AgentConfig.Sandboxing;
import refinery.agent.ProgramPath;
import refinery.configuration.ConfigurationException;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.testing.MachineSandbox;

/** What a tool cannot do in the sandbox. Skipped where the machine allows none. */
class SandboxTest {
  @TempDir private static Path node;
  @TempDir private static Path elsewhere;

  /** Not below /tmp, of which a tool has its own. */
  private static final Path KEY = Path.of("target", "sandbox-test", "key.pem").toAbsolutePath();

  private static Sandbox sandbox = Sandbox.none();
  private static ServerSocket listening;
  private Workbench bench;
  private Path scratch;

  @BeforeAll
  static void open() throws Exception {
    ProgramPath path = ProgramPath.ofSystem();
    sandbox =
        path.find("bwrap").isPresent()
                && Sandbox.open(Sandboxing.AUTO, Sandbox.Hidden.NOTHING, path).isOn()
            ? Sandbox.open(
                Sandboxing.REQUIRED,
                new Sandbox.Hidden(List.of(node), List.of(KEY, Path.of("/not/there"))),
                path)
            : Sandbox.none();
    assertThat(sandbox.isOn()).as(sandbox.description()).isEqualTo(MachineSandbox.isAllowed());
    listening = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(SandboxTest::greet);
  }

  private static void greet() {
    while (!listening.isClosed()) {
      try (Socket caller = listening.accept()) {
        caller.getOutputStream().write("hello\n".getBytes(StandardCharsets.US_ASCII));
      } catch (IOException over) {
        return;
      }
    }
  }

  @AfterAll
  static void close() throws IOException {
    listening.close();
  }

  @BeforeEach
  void prepare() throws IOException {
    bench = new Workbench(elsewhere.resolve("bench"));
    bench.sandbox = sandbox;
    scratch = Files.createDirectories(node.resolve("scratch").resolve("job-mine.1"));
    Path other = Files.createDirectories(node.resolve("scratch").resolve("job-other.1"));
    Files.writeString(other.resolve("reads.fastq"), "another's reads\n");
    Files.writeString(node.resolve("token"), "a secret\n");
    Files.writeString(elsewhere.resolve("stored"), "as it was\n");
    Files.createDirectories(KEY.getParent());
    Files.writeString(KEY, "a secret\n");
  }

  /** Each is done without a sandbox, which shows that it is the sandbox that refuses. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          reads another's scratch  | cat NODE/scratch/job-other.1/reads.fastq
          reads the node's token   | cat NODE/token
          reads the node's key     | grep secret KEY
          sees sockets             | test -n "$(ls -A /run)"
          lists other attempts     | ls NODE/scratch/job-other.1
          writes elsewhere         | echo changed > ELSEWHERE/stored
          leaves a file elsewhere  | touch ELSEWHERE/left
          sees the node's process  | test -e /proc/NODEPID/environ
          opens a socket           | exec 3<>/dev/tcp/127.0.0.1/PORT && read -r answer <&3 && test "$answer" = hello
          """)
  void aToolCannot(String what, String does) throws Exception {
    assumeTrue(sandbox.isOn(), sandbox.description());
    bench.sandbox = Sandbox.none();
    assertThat(run(does)).as("without a sandbox").isInstanceOf(Outcome.Succeeded.class);
    Files.writeString(elsewhere.resolve("stored"), "as it was\n");
    Files.deleteIfExists(elsewhere.resolve("left"));
    bench.sandbox = sandbox;
    assertThat(run(does)).as(what).isInstanceOf(Outcome.Failed.class);
    assertThat(elsewhere.resolve("stored")).hasContent("as it was\n");
    assertThat(elsewhere.resolve("left")).doesNotExist();
  }

  @Test
  void aToolWorksInItsScratchAndHasTemporaryFilesOfItsOwn() throws Exception {
    assumeTrue(sandbox.isOn(), sandbox.description());
    assertThat(
            run("echo x > \"$TMPDIR/a\" && cat \"$TMPDIR/a\" && touch /tmp/s && test -w /dev/null"))
        .isInstanceOf(Outcome.Succeeded.class);
  }

  @Test
  void aMissingProgramIsNamedAsEver() throws Exception {
    assumeTrue(sandbox.isOn(), sandbox.description());
    assertThat(ran(List.of("no-such-tool")))
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> assertThat(failed.failure().message()).contains("no-such-tool"));
  }

  @Test
  void whereItIsRequiredAndMissingTheNodeDoesNotStart() {
    ProgramPath empty = ProgramPath.of(elsewhere.toString());
    assertThatThrownBy(() -> Sandbox.open(Sandboxing.REQUIRED, Sandbox.Hidden.NOTHING, empty))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("refinery.agent.sandbox is required")
        .hasMessageContaining("bubblewrap");
    assertThat(Sandbox.open(Sandboxing.AUTO, Sandbox.Hidden.NOTHING, empty).isOn()).isFalse();
  }

  private Outcome run(String script) throws IOException {
    String filled =
        script
            .replace("PORT", Integer.toString(listening.getLocalPort()))
            .replace("NODEPID", Long.toString(ProcessHandle.current().pid()))
            .replace("NODE", node.toString())
            .replace("KEY", KEY.toString())
            .replace("ELSEWHERE", elsewhere.toString());
    return ran(List.of("bash", "-c", filled));
  }

  private Outcome ran(List<String> command) throws IOException {
    return bench.run(
        new Work.Process("command", List.of(), List.of(), Map.of(), Map.of(), command), scratch);
  }
}
