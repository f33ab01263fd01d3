package refinery.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import refinery.http.log.LogBytes;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.StepRecord;
import refinery.protocol.query.JobView;
import refinery.protocol.query.ReadModel.RecordedEvent;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AgentCommand.AgentReply;

/**
 * Finds where the log of an attempt is: with the agent that runs it, in storage, or nowhere, and
 * then what was recorded of it takes its place. Thread-safe; only {@link LogBytes} block.
 */
final class LogSources {
  /** What a message between nodes may carry. */
  private static final int CHUNK = 64 * 1024;

  private final ActorSystem<?> system;
  private final FrontendServices services;
  private final HttpConfig config;

  LogSources(ActorSystem<?> system, FrontendServices services, HttpConfig config) {
    this.system = system;
    this.services = services;
    this.config = config;
  }

  /** The log of an attempt. */
  record Found(int attempt, LogBytes bytes) {}

  /** The log of the newest attempt; of a job that has not begun it is empty. */
  CompletionStage<Found> newest(JobView job) {
    if (job.node().isEmpty() || job.finishedAt().isPresent()) {
      return CompletableFuture.completedFuture(stored(job, job.attempt(), job.steps()));
    }
    return services
        .agents()
        .find(job.node().get())
        .thenCompose(
            agent ->
                agent.isEmpty()
                    ? CompletableFuture.completedFuture(Optional.<Found>empty())
                    : live(job.id(), agent.get()))
        .thenApply(live -> live.orElseGet(() -> stored(job, job.attempt(), job.steps())));
  }

  /** The log of any attempt. */
  CompletionStage<Found> of(JobView job, int attempt) {
    return attempt == job.attempt()
        ? newest(job)
        : services
            .readModel()
            .history(job.id())
            .thenApply(
                events ->
                    events.stream()
                        .filter(event -> event.event().path("attempt").asInt() == attempt)
                        .filter(event -> event.event().has("steps"))
                        .findFirst()
                        .map(LogSources::steps)
                        .orElseThrow(
                            () ->
                                Problem.of(
                                    404,
                                    "there is no log of attempt " + attempt + " of " + job.id())))
            .thenApply(steps -> stored(job, attempt, steps));
  }

  private static List<StepRecord> steps(RecordedEvent event) {
    JsonNode steps = event.event().path("steps");
    return Arrays.asList(Json.MAPPER.convertValue(steps, StepRecord[].class));
  }

  private CompletionStage<Optional<Found>> live(JobId job, ActorRef<AgentCommand> agent) {
    return ask(agent, job, 0, 0)
        .thenApply(
            chunk ->
                chunk
                    .filter(AgentReply.LogChunk::running)
                    .map(
                        running ->
                            new Found(running.attempt(), new Live(agent, job, running.attempt()))));
  }

  /** Empty when the agent does not answer in time. */
  private CompletionStage<Optional<AgentReply.LogChunk>> ask(
      ActorRef<AgentCommand> agent, JobId job, long offset, int most) {
    CompletionStage<AgentReply> reply =
        AskPattern.ask(
            agent,
            replyTo -> new AgentCommand.ReadLog(job, offset, most, replyTo),
            config.askTimeout(),
            system.scheduler());
    return reply.handle(
        (said, failure) ->
            said instanceof AgentReply.LogChunk chunk ? Optional.of(chunk) : Optional.empty());
  }

  private Found stored(JobView job, int attempt, List<StepRecord> steps) {
    List<Artifact> logs = steps.stream().flatMap(step -> step.log().stream()).toList();
    boolean over = attempt < job.attempt() || job.state().isTerminal();
    return new Found(
        attempt,
        logs.isEmpty()
            ? new Told(job.id(), attempt, over ? JobLog.account(job, steps) : "")
            : new Stored(logs));
  }

  /** Of a running attempt. */
  private final class Live implements LogBytes {
    private final ActorRef<AgentCommand> agent;
    private final JobId job;
    private final int attempt;

    Live(ActorRef<AgentCommand> agent, JobId job, int attempt) {
      this.agent = agent;
      this.job = job;
      this.attempt = attempt;
    }

    @Override
    public String name() {
      return "live " + job + " " + attempt;
    }

    @Override
    public OptionalLong size() {
      return OptionalLong.empty();
    }

    @Override
    public byte[] read(long offset, int most) throws IOException {
      try {
        return ask(agent, job, offset, Math.min(most, CHUNK))
            .toCompletableFuture()
            .get(2 * config.askTimeout().toMillis(), TimeUnit.MILLISECONDS)
            .filter(chunk -> chunk.attempt() == attempt)
            .map(AgentReply.LogChunk::bytes)
            .orElse(new byte[0]);
      } catch (ExecutionException | TimeoutException e) {
        throw new IOException("the agent does not answer", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("stopped", e);
      }
    }

    @Override
    public void close() {}
  }

  /** The stored logs of its steps, one behind the other. */
  private final class Stored implements LogBytes {
    private final List<Artifact> parts;
    private Optional<SeekableByteChannel> open = Optional.empty();
    private int opened = -1;

    Stored(List<Artifact> parts) {
      this.parts = parts;
    }

    @Override
    public String name() {
      return parts.stream().map(Artifact::sha256).collect(Collectors.joining(" "));
    }

    @Override
    public OptionalLong size() {
      return OptionalLong.of(parts.stream().mapToLong(Artifact::size).sum());
    }

    @Override
    public byte[] read(long offset, int most) throws IOException {
      long before = 0;
      for (int i = 0; i < parts.size(); i++) {
        long size = parts.get(i).size();
        if (offset < before + size) {
          int length = (int) Math.min(most, before + size - offset);
          return read(i, offset - before, length);
        }
        before += size;
      }
      return new byte[0];
    }

    private byte[] read(int part, long position, int length) throws IOException {
      if (part != opened) {
        close();
        open = services.artifactBytes().open(parts.get(part).sha256());
        opened = part;
      }
      SeekableByteChannel channel =
          open.orElseThrow(
              () ->
                  Problem.of(
                      404, "the log " + parts.get(part).name() + " is not in storage any more"));
      if (channel.position() != position) {
        channel.position(position);
      }
      ByteBuffer buffer = ByteBuffer.allocate(length);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // reads on
      }
      return buffer.position() == length
          ? buffer.array()
          : Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Override
    public void close() throws IOException {
      if (open.isPresent()) {
        open.get().close();
        open = Optional.empty();
        opened = -1;
      }
    }
  }

  /** What was recorded of an attempt that left no log. */
  private record Told(JobId job, int attempt, String text) implements LogBytes {
    @Override
    public String name() {
      return "told " + job + " " + attempt + " " + text.hashCode();
    }

    @Override
    public OptionalLong size() {
      return OptionalLong.of(text.getBytes(StandardCharsets.UTF_8).length);
    }

    @Override
    public byte[] read(long offset, int most) {
      try (ByteArrayInputStream in =
          new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8))) {
        in.skipNBytes(Math.min(offset, size().orElse(0)));
        return in.readNBytes(most);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void close() {}
  }
}
