package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;

/** Looks at one thing: {@code show}, {@code plan}, {@code logs}. */
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
      Resource resource = Resource.of(id);
      String path = resource.path() + (resource.kind().equals("survey") ? "?forecast=true" : "");
      JsonNode found = connection.client().get(path);
      spec.commandLine().getOut().println(found.toPrettyString());
    }
  }

  @Command(
      name = "plan",
      description = "Show what a survey was forecast to take, and what came true of it.")
  static final class Plan implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private final Connection connection = new Connection();

    @Parameters(paramLabel = "SURVEY", description = "The id of a survey with a plan.")
    private String id = "";

    @Override
    public void run() {
      Resource.of(id).require(id, "survey");
      new PlanText(connection.client(), spec.commandLine().getOut()).show(id);
    }
  }

  @Command(name = "logs", description = "Print a job's log.")
  static final class Logs implements Runnable {
    /** While the tools are silent the node sends characters that are not of the log. */
    private static final String FOLLOW = "?follow=true&heartbeat=true";

    private static final String HEARTBEAT = "\0";

    @Spec private CommandSpec spec;
    @Mixin private final Connection connection = new Connection();

    @Parameters(paramLabel = "JOB", description = "The id of a job.")
    private String id = "";

    @Option(
        names = {"-f", "--follow"},
        description = "Until the job has ended.")
    private boolean follow;

    @Override
    public void run() {
      String path = Resource.of(id).require(id, "job").path() + "/log" + (follow ? FOLLOW : "");
      PrintWriter out = spec.commandLine().getOut();
      try (InputStream in = connection.client().stream(path, follow);
          Reader reader = new InputStreamReader(in, StandardCharsets.UTF_8)) {
        char[] buffer = new char[8_192];
        for (int read = reader.read(buffer); read >= 0; read = reader.read(buffer)) {
          out.write(new String(buffer, 0, read).replace(HEARTBEAT, ""));
          out.flush();
        }
      } catch (IOException e) {
        throw new CommandFailure(
            CommandFailure.UNREACHABLE, "the log broke off: " + e.getMessage());
      }
    }
  }
}
