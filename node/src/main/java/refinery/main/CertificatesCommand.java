package refinery.main;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.certificates.Authority;
import refinery.client.CommandFailure;

/** A private authority for the nodes of a cluster. */
@Command(
    name = "certificates",
    description = "Make the certificates by which nodes know each other (refinery.cluster.tls).",
    subcommands = {CertificatesCommand.Init.class, CertificatesCommand.Node.class})
final class CertificatesCommand implements Callable<Integer> {
  private static final String DIR = "./certificates";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw CommandFailure.usage("certificates: say init or node NAME");
  }

  /** Makes files; a failure is one line. */
  private interface Making {
    void make() throws IOException;
  }

  private static int made(Making making) {
    try {
      making.make();
      return 0;
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage(e.getMessage());
    } catch (IOException e) {
      throw CommandFailure.failed(e.getMessage());
    }
  }

  /** {@code refinery certificates init}. */
  @Command(name = "init", description = "Make the authority that signs for the nodes, once.")
  static final class Init implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
        names = "--dir",
        paramLabel = "D",
        defaultValue = DIR,
        description = "Where the certificates lie (default: ${DEFAULT-VALUE}).")
    private Path dir = Path.of(DIR);

    @Option(names = "--if-absent", description = "Do nothing when there is one.")
    private boolean ifAbsent;

    @Override
    public Integer call() {
      Authority authority = new Authority(dir);
      PrintWriter out = spec.commandLine().getOut();
      return made(
          () -> {
            if (ifAbsent && authority.exists()) {
              return;
            }
            Path certificate = authority.create();
            out.println("made " + certificate + " and its key; the key stays on this machine");
          });
    }
  }

  /** {@code refinery certificates node NAME}. */
  @Command(name = "node", description = "Make a node's key and its signed certificate.")
  static final class Node implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "NAME", description = "The node's name, which is also a host of it.")
    private String name = "";

    @Option(
        names = "--host",
        paramLabel = "H",
        split = ",",
        description = "Names and addresses by which others reach it, as in --artery.")
    private List<String> hosts = List.of();

    @Option(
        names = "--dir",
        paramLabel = "D",
        defaultValue = DIR,
        description = "Where the certificates lie (default: ${DEFAULT-VALUE}).")
    private Path dir = Path.of(DIR);

    @Option(names = "--if-absent", description = "Do nothing when the node has one.")
    private boolean ifAbsent;

    @Override
    public Integer call() {
      Authority authority = new Authority(dir);
      PrintWriter out = spec.commandLine().getOut();
      return made(
          () -> {
            if (ifAbsent && authority.hasIssued(name)) {
              return;
            }
            Authority.Issued issued = authority.issue(name, hosts);
            Path own = issued.directory().toAbsolutePath().normalize();
            out.println(
                "# for "
                    + String.join(", ", issued.hosts())
                    + " until "
                    + issued.certificate().getNotAfter().toInstant());
            out.println("refinery.cluster.tls {");
            out.println("  certificate = \"" + own.resolve(Authority.CERTIFICATE) + "\"");
            out.println("  key         = \"" + own.resolve(Authority.KEY) + "\"");
            out.println("  authority   = \"" + own.resolve(Authority.AUTHORITY) + "\"");
            out.println("}");
            out.println("# for https, too: refinery.http.tls with the same certificate and key");
          });
    }
  }
}
