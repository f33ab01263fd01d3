package refinery.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.protocol.Actor;

/** Makes tokens; a node keeps their digests only. */
@Command(
    name = "token",
    description = "Make tokens by which programs and people are known to a node.",
    subcommands = TokenCommand.Create.class)
final class TokenCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw CommandFailure.usage("token: say create NAME --scope read|operate|admin");
  }

  /** {@code refinery token create NAME --scope S}. */
  @Command(
      name = "create",
      description =
          "Print a new token, this once, and the line by which a node accepts it. Nothing is kept.")
  static final class Create implements Callable<Integer> {
    private static final Set<String> SCOPES = Set.of("read", "operate", "admin");
    private static final int BYTES = 32;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "Whom histories and the audit log name.")
    private String name = "";

    @Option(
        names = "--scope",
        paramLabel = "SCOPE",
        required = true,
        description = "read, operate (all that changes work) or admin (also the audit log).")
    private String scope = "";

    @Override
    public Integer call() {
      if (!SCOPES.contains(scope)) {
        throw CommandFailure.usage("--scope must be read, operate or admin, not '" + scope + "'");
      }
      try {
        name = new Actor(name).name();
      } catch (IllegalArgumentException e) {
        throw CommandFailure.usage(e.getMessage());
      }
      byte[] random = new byte[BYTES];
      new SecureRandom().nextBytes(random);
      String token = "rfn_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
      String sha256 = sha256(token);
      PrintWriter out = spec.commandLine().getOut();
      out.println(token);
      out.println("# The token is shown this once. In the file of --config:");
      out.println(
          "# refinery.http.auth.tokens += {name = \"%s\", sha256 = \"%s\", scope = %s}"
              .formatted(name, sha256, scope));
      out.println("# or in the file of refinery.http.auth.tokens-file:");
      out.println("# %s %s %s".formatted(name, scope, sha256));
      return 0;
    }

    private static String sha256(String token) {
      try {
        return HexFormat.of()
            .formatHex(
                MessageDigest.getInstance("SHA-256")
                    .digest(token.getBytes(StandardCharsets.US_ASCII)));
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("SHA-256 is part of every JDK", e);
      }
    }
  }
}
