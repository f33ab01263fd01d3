package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.configuration.Configuration;
import refinery.http.access.AuthConfig;
import refinery.http.access.BearerToken;
import refinery.http.access.Tokens;

/** Tokens come and go with the files that name them. */
class TokenWatchTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path dir;

  private static String line(String name, String scope, String token) {
    return name + " " + scope + " " + BearerToken.sha256(token) + "\n";
  }

  private static List<String> names(Tokens tokens) {
    return tokens.current().stream().map(token -> token.actor().name()).toList();
  }

  private void replace(Path file, String text) throws Exception {
    Path next = Files.writeString(dir.resolve("next"), text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Test
  void aChangedFileHoldsWithoutARestartAndABadOneChangesNothing() throws Exception {
    Path file = Files.writeString(dir.resolve("tokens"), line("ci", "operate", "token-of-ci"));
    Path config = dir.resolve("refinery.conf");
    String own =
        "refinery.http.auth { tokens-file = \"%s\", tokens += {name = ann, sha256 = \"%s\"} }"
            .formatted(file, BearerToken.sha256("token-of-ann"));
    Files.writeString(config, own);
    NodeOptions shipped = NodeOptions.defaults();
    NodeOptions options =
        new NodeOptions(
            dir,
            shipped.http(),
            shipped.management(),
            shipped.artery(),
            List.of(),
            Set.of(),
            shipped.cpus(),
            shipped.memory(),
            shipped.disk(),
            Optional.empty(),
            Map.of(),
            Optional.of(config));
    AuthConfig first =
        AuthConfig.from(
            Configuration.load(Optional.of(config), Map.of(), Map.of(), ConfigFactory.empty())
                .getConfig("refinery.http"));
    Tokens tokens = new Tokens(first.tokens());
    List<String> changes = new CopyOnWriteArrayList<>();
    try (TokenWatch watch =
        TokenWatch.start(
            options,
            first,
            tokens,
            (before, now) -> changes.add(before.size() + " " + now.size()))) {
      assertThat(names(tokens)).containsExactly("ann", "ci");
      replace(file, "# nobody but the robot\n" + line("robot", "read", "token-of-a-robot"));
      await().atMost(SOON).until(() -> names(tokens).equals(List.of("ann", "robot")));
      assertThat(tokens.find("token-of-ci")).isEmpty();
      Path other = Files.writeString(dir.resolve("other"), "robot everything 00\n");
      replace(config, own.replace("name = ann", "name = bob").replace("/tokens\"", "/other\""));
      await().atMost(SOON).until(watch::hasKept);
      assertThat(names(tokens)).containsExactly("ann", "robot");
      replace(other, line("ci", "operate", "token-of-ci"));
      await().atMost(SOON).until(() -> names(tokens).equals(List.of("bob", "ci")));
      Files.delete(other);
      replace(config, "refinery.http.auth.tokens = []");
      await().atMost(SOON).until(watch::hasKept);
      assertThat(names(tokens)).containsExactly("bob", "ci");
    }
    assertThat(changes).containsExactly("2 2", "2 2");
  }
}
