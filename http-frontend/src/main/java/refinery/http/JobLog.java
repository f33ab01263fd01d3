package refinery.http;

import akka.NotUsed;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.AskPattern;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import akka.japi.Pair;
import akka.pattern.Patterns;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import refinery.protocol.JobId;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.StepRecord;
import refinery.protocol.query.JobView;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AgentCommand.AgentReply;

/**
 * Streams a job's log as text. While an attempt runs its agent is asked for the next bytes whenever
 * the reader has taken those before. Afterwards the stored logs of its steps are served. A follower
 * also waits for a job that does not run yet, and gets the end when the job has ended.
 */
final class JobLog {
  private static final int CHUNK = 64 * 1024;

  /** Sent to those who ask for it while there is no text; no log has it. */
  private static final ByteString HEARTBEAT = ByteString.fromArray(new byte[] {0});

  private final ActorSystem<?> system;
  private final FrontendServices services;
  private final HttpConfig config;

  JobLog(ActorSystem<?> system, FrontendServices services, HttpConfig config) {
    this.system = system;
    this.services = services;
    this.config = config;
  }

  /** The place of a reader; {@code attempt} is 0 before anything was read. */
  private record Place(int attempt, long offset, boolean ended) {}

  /**
   * The log.
   *
   * @param heartbeat whether a reader who follows a silent tool gets something to know that all is
   *     well. Whatever is in between, this server too, takes a silent connection for a dead one.
   */
  HttpResponse response(JobView job, boolean follow, boolean heartbeat) {
    Source<ByteString, NotUsed> bytes =
        Source.unfoldAsync(new Place(0, 0, false), place -> next(job.id(), place, follow))
            .flatMapConcat(part -> part);
    Source<ByteString, NotUsed> sent =
        follow && heartbeat ? bytes.keepAlive(config.events().heartbeat(), () -> HEARTBEAT) : bytes;
    return HttpResponse.create()
        .withEntity(HttpEntities.createChunked(ContentTypes.TEXT_PLAIN_UTF8, sent))
        .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"));
  }

  private CompletionStage<Optional<Pair<Place, Source<ByteString, NotUsed>>>> next(
      JobId id, Place place, boolean follow) {
    if (place.ended()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    return services
        .readModel()
        .job(id)
        .thenCompose(
            found ->
                found.isEmpty()
                    ? CompletableFuture.completedFuture(Optional.empty())
                    : read(found.get(), place, follow));
  }

  private CompletionStage<Optional<Pair<Place, Source<ByteString, NotUsed>>>> read(
      JobView job, Place place, boolean follow) {
    if (job.node().isEmpty() || job.finishedAt().isPresent()) {
      return atRest(job, place, follow);
    }
    long offset = job.attempt() == place.attempt() ? place.offset() : 0;
    return chunk(job, offset)
        .thenCompose(
            chunk -> {
              if (chunk.isEmpty() || chunk.get().attempt() < job.attempt()) {
                return atRest(job, place, follow);
              }
              if (chunk.get().attempt() > job.attempt()) {
                return later(place); // The job's row is about to say so.
              }
              byte[] bytes = chunk.get().bytes();
              Place after = new Place(job.attempt(), offset + bytes.length, false);
              if (bytes.length > 0) {
                return emit(after, Source.single(ByteString.fromArray(bytes)));
              }
              return follow ? later(after) : CompletableFuture.completedFuture(Optional.empty());
            });
  }

  /** No attempt runs: serves the stored logs from the reader's place, or waits. */
  private CompletionStage<Optional<Pair<Place, Source<ByteString, NotUsed>>>> atRest(
      JobView job, Place place, boolean follow) {
    boolean over = job.state().isTerminal();
    if (follow && !over) {
      return later(place);
    }
    long seen = job.attempt() == place.attempt() ? place.offset() : 0;
    boolean silent =
        over && seen == 0 && job.steps().stream().allMatch(step -> step.log().isEmpty());
    return emit(
        new Place(job.attempt(), seen, true),
        silent
            ? Source.single(ByteString.fromString(account(job, job.steps())))
            : stored(job, seen));
  }

  /** For a job whose steps left no log, such as a download: what its attempt recorded instead. */
  static String account(JobView job, List<StepRecord> steps) {
    StringBuilder text =
        new StringBuilder(
            "[%s %s; its log went with its attempt, this is what was recorded]%n"
                .formatted(job.id(), job.state().word()));
    for (StepRecord step : steps) {
      String how =
          step.checks().isEmpty()
              ? "exit code " + step.exitCode()
              : String.join("; ", step.checks());
      text.append("%s %s: %s%n".formatted(step.finishedAt(), step.name(), how));
    }
    job.failure().ifPresent(failure -> text.append(failure.message()).append('\n'));
    return text.toString();
  }

  private Source<ByteString, NotUsed> stored(JobView job, long skip) {
    List<Artifact> logs = job.steps().stream().flatMap(step -> step.log().stream()).toList();
    Source<ByteString, NotUsed> all = Source.empty();
    long before = 0;
    for (Artifact log : logs) {
      long from = Math.max(0, skip - before);
      before += log.size();
      if (from < log.size()) {
        all = all.concat(Bytes.from(() -> open(log), from, log.size() - from));
      }
    }
    return all;
  }

  private ReadableByteChannel open(Artifact log) throws IOException {
    Optional<SeekableByteChannel> channel = services.artifactBytes().open(log.sha256());
    return channel.isPresent()
        ? channel.get()
        : Bytes.channel("[the log " + log.name() + " is not in storage any more]\n");
  }

  private CompletionStage<Optional<AgentReply.LogChunk>> chunk(JobView job, long offset) {
    CompletionStage<Optional<AgentReply.LogChunk>> asked =
        services
            .agents()
            .find(job.node().orElseThrow())
            .thenCompose(agent -> ask(job, offset, agent));
    return asked.exceptionallyCompose(
        error ->
            error instanceof TimeoutException || error.getCause() instanceof TimeoutException
                ? CompletableFuture.completedFuture(Optional.empty())
                : CompletableFuture.failedFuture(error));
  }

  private CompletionStage<Optional<AgentReply.LogChunk>> ask(
      JobView job, long offset, Optional<ActorRef<AgentCommand>> agent) {
    if (agent.isEmpty()) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
    CompletionStage<AgentReply> reply =
        AskPattern.ask(
            agent.get(),
            replyTo -> new AgentCommand.ReadLog(job.id(), offset, CHUNK, replyTo),
            config.askTimeout(),
            system.scheduler());
    return reply.thenApply(
        said -> said instanceof AgentReply.LogChunk chunk ? Optional.of(chunk) : Optional.empty());
  }

  /** Emits nothing after a pause, so that the stream asks again. */
  private CompletionStage<Optional<Pair<Place, Source<ByteString, NotUsed>>>> later(Place place) {
    return Patterns.after(
        config.logPoll(), system.classicSystem(), () -> emit(place, Source.empty()));
  }

  private static CompletionStage<Optional<Pair<Place, Source<ByteString, NotUsed>>>> emit(
      Place place, Source<ByteString, NotUsed> part) {
    return CompletableFuture.completedFuture(Optional.of(Pair.create(place, part)));
  }
}
