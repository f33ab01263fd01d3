package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.SavedTokens;

/** Keeps a token for the commands that talk to a node. */
@Command(
    name = "login",
    description = {
      "Keep a token for a node: asks for it, or reads it from standard input or REFINERY_TOKEN.",
      "It lies in ~/.config/refinery/tokens.json, which only you can read, until 'refinery"
          + " logout'."
    })
final class LoginCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "URL", description = "The node's address, as in --url.")
  private String url = "";

  @Override
  public Integer call() {
    String token = token();
    if (token.isBlank()) {
      throw CommandFailure.usage("no token was given");
    }
    JsonNode session =
        new NodeClient(url, Optional.of(token), Connection.believed()).get("/session");
    if (!session.path("commands").asBoolean()) {
      throw CommandFailure.usage(
          url
              + " does not know this token: it asks for none, and commands of this machine's owner"
              + " need no login");
    }
    SavedTokens saved = new SavedTokens(System.getenv());
    saved.keep(url, token);
    if (isOpenToListeners()) {
      spec.commandLine()
          .getErr()
          .println("refinery: warning: without https others on the way can read the token");
    }
    spec.commandLine()
        .getOut()
        .printf(
            "signed in to %s as %s (%s); kept in %s%n",
            url, session.path("actor").asText(), session.path("scope").asText(), saved.file());
    return 0;
  }

  private boolean isOpenToListeners() {
    URI uri = URI.create(url);
    return "http".equals(uri.getScheme())
        && !String.valueOf(uri.getHost()).matches("localhost|127[.0-9]*|\\[::1\\]");
  }

  private static String token() {
    String given = System.getenv().getOrDefault("REFINERY_TOKEN", "");
    if (!given.isBlank()) {
      return given.strip();
    }
    Console console = System.console();
    if (console != null && isTyped()) {
      char[] typed = console.readPassword("Token: ");
      return typed == null ? "" : new String(typed).strip();
    }
    try {
      BufferedReader in =
          new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      return Optional.ofNullable(in.readLine()).orElse("").strip();
    } catch (IOException e) {
      throw CommandFailure.failed("cannot read the token: " + e.getMessage());
    }
  }

  /** Whether standard input is a terminal; a console there is also without one since JDK 22. */
  private static boolean isTyped() {
    Path stdin = Path.of("/proc/self/fd/0");
    try {
      return !Files.exists(stdin)
          || Files.readSymbolicLink(stdin).toString().matches("/dev/(pts/\\d+|tty.*|console)");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** {@code refinery logout URL}. */
  @Command(
      name = "logout",
      description = "Forget the token that 'refinery login' keeps for a node.")
  static final class Logout implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "URL", description = "As it was given to 'refinery login'.")
    private String url = "";

    @Override
    public Integer call() {
      boolean found = new SavedTokens(System.getenv()).forget(url);
      spec.commandLine()
          .getOut()
          .println(found ? "forgot the token for " + url : "there is no token for " + url);
      return 0;
    }
  }
}
