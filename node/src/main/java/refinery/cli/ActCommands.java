package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.protocol.Json;

/** Commands on one thing: {@code show}, {@code logs}, {@code retry}, {@code cancel}, drains. */
final class ActCommands {
  private ActCommands() {}

  @Command(name = "show", description = "Show a survey, batch, job or node as JSON.")
  static final class Show implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private final Connection connection = new Connection();

    @Parameters(paramLabel = "ID", description = "survey-..., batch-..., job-... or node-...")
    private String id = "";

    @Override
    public void run() {
      JsonNode found = connection.client().get(Resource.of(id).path());
      spec.commandLine().getOut().println(found.toPrettyString());
    }
  }

  @Command(name = "logs", description = "Print a job's log.")
  static final class Logs implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private final Connection connection = new Connection();

    @Parameters(paramLabel = "JOB")
    private String id = "";

    @Option(
        names = {"-f", "--follow"},
        description = "Until the job has ended.")
    private boolean follow;

    @Override
    public void run() {
      String path =
          Resource.of(id).require(id, "job").path() + "/log" + (follow ? "?follow=true" : "");
      PrintWriter out = spec.commandLine().getOut();
      try (InputStream in = connection.client().stream(path, follow);
          Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
        char[] buffer = new char[8_192];
        for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
          out.write(buffer, 0, read);
          out.flush();
        }
      } catch (IOException e) {
        throw new CommandFailure(
            CommandFailure.UNREACHABLE, "the log broke off: " + e.getMessage());
      }
    }
  }

  @Command(name = "retry", description = "Try a failed job, or a survey's failed work, again.")
  static final class Retry implements Runnable {
    @Mixin private final Connection connection = new Connection();

    @Parameters(paramLabel = "ID", description = "job-..., survey-... or batch-...")
    private String id = "";

    @Override
    public void run() {
      Resource resource = Resource.of(id).require(id, "job", "survey", "batch");
      String action = resource.kind().equals("batch") ? "/reprocess" : "/retry";
      connection.client().act(resource.path() + action);
    }
  }

  @Command(name = "cancel", description = "Cancel a job or a survey.")
  static final class Cancel implements Runnable {
    @Mixin private final Connection connection = new Connection();

    @Parameters(paramLabel = "ID", description = "job-... or survey-...")
    private String id = "";

    @Override
    public void run() {
      connection.client().act(Resource.of(id).require(id, "job", "survey").path() + "/cancel");
    }
  }

  @Command(name = "priority", description = "Change the priority of a job or a survey.")
  static final class Priority implements Runnable {
    @Mixin private final Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "ID", description = "job-... or survey-...")
    private String id = "";

    @Parameters(index = "1", paramLabel = "N", description = "0 to 100, larger first")
    private int priority;

    @Override
    public void run() {
      if (priority < 0 || priority > 100) {
        throw new CommandFailure(
            CommandFailure.USAGE,
            "a priority is 0 to 100, not " + priority + "; larger runs first");
      }
      String path = Resource.of(id).require(id, "job", "survey").path() + "/priority";
      connection
          .client()
          .post(path, Json.MAPPER.createObjectNode().put("priority", priority), Optional.empty());
    }
  }

  @Command(
      name = "drain",
      description = "Hand what a node runs back to the queue, and let it take no more work.")
  static final class Drain implements Runnable {
    @Mixin private final Connection connection = new Connection();

    @Parameters(paramLabel = "NODE")
    private String id = "";

    @Override
    public void run() {
      connection.client().act(Resource.of(id).require(id, "node").path() + "/drain");
    }
  }

  @Command(name = "undrain", description = "Let a drained node take work again.")
  static final class Undrain implements Runnable {
    @Mixin private final Connection connection = new Connection();

    @Parameters(paramLabel = "NODE")
    private String id = "";

    @Override
    public void run() {
      connection.client().act(Resource.of(id).require(id, "node").path() + "/undrain");
    }
  }
}
