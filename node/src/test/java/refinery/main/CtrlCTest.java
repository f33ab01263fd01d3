package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A progress bar leaves Ctrl-C to the JVM, whose shutdown hooks end what was started. */
class CtrlCTest {
  private static final long SIGINT = 1L << 1;
  private static final String SURVEY =
      "{\"id\": \"survey-x\", \"state\": \"running\", \"batches\": {\"total\": 7, \"done\": 2}}";

  @TempDir private Path temp;

  @Test
  void isTheJvmsWhileABarIsShown() throws Exception {
    HttpServer node =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext(
        "/",
        exchange -> {
          byte[] answer = SURVEY.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(
              exchange.getRequestMethod().equals("POST") ? 201 : 200, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    node.start();
    Path screen = temp.resolve("screen");
    Process terminal = inATerminal(screen, "http://127.0.0.1:" + node.getAddress().getPort());
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(() -> Files.exists(screen) && Files.readString(screen).contains("2/7"));
      ProcessHandle java = javaBelow(terminal).orElseThrow();
      assertThat(caught(java.pid()) & SIGINT)
          .as("SIGINT is handled by the JVM, whose hooks then run")
          .isEqualTo(SIGINT);
      new ProcessBuilder("kill", "-INT", Long.toString(java.pid())).start().waitFor();
      assertThat(terminal.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(terminal.exitValue()).isEqualTo(130);
    } finally {
      terminal.descendants().forEach(ProcessHandle::destroyForcibly);
      terminal.destroyForcibly();
      node.stop(0);
    }
  }

  private static Process inATerminal(Path screen, String url) throws IOException {
    String classPath =
        Optional.ofNullable(System.getProperty("surefire.test.class.path"))
            .orElseGet(() -> System.getProperty("java.class.path"));
    Path arguments = screen.resolveSibling("arguments");
    Files.writeString(
        arguments,
        "-XX:TieredStopAtLevel=1\n-cp\n\"%s\"\nrefinery.main.RefineryCommand\n"
            .formatted(classPath));
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                "script",
                "--quiet",
                "--return",
                "--flush",
                "--command",
                "env --default-signal=INT %s @%s survey ena accession=SRR1 --wait --url %s"
                    .formatted(java, arguments, url),
                screen.toString()));
    builder.environment().put("TERM", "xterm");
    return builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  private static Optional<ProcessHandle> javaBelow(Process terminal) {
    return terminal
        .descendants()
        .filter(process -> process.info().command().orElse("").endsWith("/java"))
        .findFirst();
  }

  private static long caught(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
        .filter(line -> line.startsWith("SigCgt:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .findFirst()
        .orElseThrow();
  }
}
