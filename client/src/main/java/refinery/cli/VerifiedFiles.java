package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import refinery.api.ApiProblem;
import refinery.api.ArtifactFiles;
import refinery.api.NodeUnreachable;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;

/** Copies artifacts to files, verified; counts them. */
final class VerifiedFiles {
  private final NodeClient client;
  private final PrintWriter out;
  private int copied;
  private int present;

  VerifiedFiles(NodeClient client, PrintWriter out) {
    this.client = client;
    this.out = out;
  }

  /** Says how many there are. */
  void say() {
    out.println("%d files copied, %d already there".formatted(copied, present));
  }

  void copy(JsonNode artifact, Path file) {
    try {
      if (new ArtifactFiles(client.transport()).copy(artifact.path("sha256").asText(), file)) {
        out.println(file);
        copied++;
      } else {
        present++;
      }
    } catch (ApiProblem problem) {
      throw NodeClient.refused(problem);
    } catch (NodeUnreachable away) {
      throw new CommandFailure(CommandFailure.UNREACHABLE, away.getMessage());
    } catch (IOException e) {
      throw CommandFailure.failed("cannot copy " + file + ": " + reason(e));
    }
  }

  private static String reason(IOException error) {
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }
}
