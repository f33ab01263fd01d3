package refinery.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.cli.Connection;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Terminal;
import refinery.protocol.Json;

/** The commands that generate load and measure. */
@Command(name = "bench", description = "Load generators.")
final class BenchCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw CommandFailure.usage("say what to measure: refinery bench jobs --count N --command CMD");
  }

  /** Posts jobs without input, and measures the time until the last has ended. */
  @Command(name = "jobs", description = "Post N process jobs without input and wait for them.")
  static final class Jobs implements Callable<Integer> {
    private static final int CHUNK = 200;
    private static final int AT_ONCE = 4;
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final List<String> ACTIVE = List.of("queued", "running", "waiting");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    @Spec private CommandSpec spec;
    @Mixin private final Connection connection = new Connection();

    @Option(names = "--count", paramLabel = "N", required = true, description = "How many jobs.")
    private int count;

    @Option(
        names = "--command",
        paramLabel = "CMD",
        required = true,
        description = "Split at spaces, quotes hold words together; no shell.")
    private String command = "";

    @Override
    public Integer call() {
      List<String> words = words(command);
      if (count < 1 || count > 10_000_000) {
        throw CommandFailure.usage("--count must be 1 to 10000000");
      }
      NodeClient client = connection.client();
      List<String> ids = post(client, words);
      Map<String, JsonNode> ended = await(client, ids);
      return report(spec.commandLine().getOut(), ended.values().stream().toList());
    }

    static List<String> words(String command) {
      List<String> words = new ArrayList<>();
      Matcher matcher = WORD.matcher(command);
      while (matcher.find()) {
        boolean doubled = matcher.group(1) != null;
        String quoted = doubled ? matcher.group(1) : matcher.group(2);
        words.add(quoted != null ? quoted : matcher.group(3));
      }
      if (words.isEmpty()) {
        throw CommandFailure.usage("--command is empty");
      }
      return words;
    }

    private List<String> post(NodeClient client, List<String> words) {
      List<String> ids = new ArrayList<>(count);
      try (ExecutorService senders = Executors.newFixedThreadPool(AT_ONCE)) {
        List<Future<List<String>>> answers = new ArrayList<>();
        for (int sent = 0; sent < count; sent += CHUNK) {
          int size = Math.min(CHUNK, count - sent);
          answers.add(senders.submit(() -> chunk(client, words, size)));
        }
        for (Future<List<String>> answer : answers) {
          ids.addAll(answer.get());
        }
        return ids;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw CommandFailure.failed("interrupted");
      } catch (ExecutionException e) {
        throw e.getCause() instanceof CommandFailure failure
            ? failure
            : new IllegalStateException(e.getCause());
      }
    }

    private static List<String> chunk(NodeClient client, List<String> words, int size) {
      ObjectNode body = Json.MAPPER.createObjectNode();
      body.put("pipeline", "command");
      words.forEach(body.putArray("command")::add);
      body.put("count", size);
      List<String> ids = new ArrayList<>();
      client.post("/jobs", body, Optional.empty()).path("ids").forEach(id -> ids.add(id.asText()));
      return ids;
    }

    /**
     * Waits with cheap requests until no job is active, and then reads all; waiting must not load
     * the node.
     */
    private static Map<String, JsonNode> await(NodeClient client, List<String> ids) {
      Map<String, JsonNode> ended = new HashMap<>();
      java.util.Set<String> ours = java.util.Set.copyOf(ids);
      while (true) {
        while (isActive(client)) {
          Terminal.pause(LOOK);
        }
        client.list(
            "/jobs",
            Map.of("pipeline", "command"),
            Long.MAX_VALUE,
            job -> {
              if (ours.contains(job.path("id").asText()) && !job.path("finished_at").isNull()) {
                ended.put(job.path("id").asText(), job);
              }
            });
        if (ended.size() == ours.size()) {
          return ended;
        }
        refuseUnplaceable(client);
        Terminal.pause(LOOK);
      }
    }

    private static boolean isActive(NodeClient client) {
      return ACTIVE.stream()
          .anyMatch(
              state ->
                  !client
                      .get("/jobs?pipeline=command&limit=1&state=" + state)
                      .path("items")
                      .isEmpty());
    }

    private static void refuseUnplaceable(NodeClient client) {
      JsonNode stuck = client.get("/jobs?pipeline=command&limit=1&state=unplaceable").path("items");
      if (!stuck.isEmpty()) {
        String why = stuck.get(0).path("waiting_for").asText("no node is large enough");
        throw CommandFailure.failed("the jobs are unplaceable: " + why);
      }
    }

    static int report(PrintWriter out, List<JsonNode> jobs) {
      List<Double> seconds = new ArrayList<>();
      Instant first = Instant.MAX;
      Instant last = Instant.MIN;
      int failed = 0;
      for (JsonNode job : jobs) {
        Instant created = Instant.parse(job.path("created_at").asText());
        Instant finished = Instant.parse(job.path("finished_at").asText());
        first = created.isBefore(first) ? created : first;
        last = finished.isAfter(last) ? finished : last;
        seconds.add(Duration.between(created, finished).toNanos() / 1e9);
        failed += job.path("state").asText().equals("succeeded") ? 0 : 1;
      }
      Collections.sort(seconds);
      double total = Math.max(1e-9, Duration.between(first, last).toNanos() / 1e9);
      if (failed > 0) {
        out.println(failed + " jobs did not succeed");
      }
      out.println(
          String.format(
              Locale.ROOT,
              "%d jobs in %.1f s: %.1f jobs/s (p50 %.2f s, p99 %.2f s from submit to end)",
              jobs.size(),
              total,
              jobs.size() / total,
              quantile(seconds, 0.50),
              quantile(seconds, 0.99)));
      out.flush();
      return failed > 0 ? CommandFailure.WORK_FAILED : 0;
    }

    private static double quantile(List<Double> sorted, double quantile) {
      return sorted.get((int) Math.min(sorted.size() - 1L, (long) (quantile * sorted.size())));
    }
  }
}
