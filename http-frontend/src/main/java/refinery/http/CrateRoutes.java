package refinery.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.RawHeader;
import akka.stream.javadsl.StreamConverters;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import refinery.http.crate.Payload;
import refinery.http.crate.Run;
import refinery.http.crate.RunCrate;
import refinery.http.crate.ZipBytes;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.SurveyView;

/** Serves how a batch's outputs were made: the metadata of its RO-Crate, and the crate as a zip. */
final class CrateRoutes {
  private static final int CHUNK = 64 * 1024;

  private final FrontendServices services;
  private final Executor blocking;
  private final Payload.Limits limits;

  CrateRoutes(FrontendServices services, Executor blocking, Payload.Limits limits) {
    this.services = services;
    this.blocking = blocking;
    this.limits = limits;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/api/v1/batches/{id}/provenance", this::provenance)
            .accepting("application/ld+json", "application/json"),
        Endpoint.get("/api/v1/batches/{id}/crate", this::crate).accepting("application/zip"));
  }

  private CompletionStage<HttpResponse> provenance(Exchange exchange) {
    ContentType type =
        exchange.header("Accept").filter(text -> text.contains("application/json")).isPresent()
            ? ContentTypes.APPLICATION_JSON
            : Responses.JSON_LD;
    return run(exchange)
        .thenApply(
            run ->
                Responses.respond(
                    200, type, Responses.bytes(RunCrate.metadata(run, Payload.of(run, limits)))));
  }

  private CompletionStage<HttpResponse> crate(Exchange exchange) {
    return run(exchange)
        .thenCompose(
            run -> {
              Payload payload = Payload.of(run, limits);
              return CompletableFuture.supplyAsync(() -> payload.without(lost(payload)), blocking)
                  .thenApply(stored -> zip(run, stored));
            });
  }

  private HttpResponse zip(Run run, Payload payload) {
    List<ZipBytes.Member> members = new ArrayList<>();
    members.add(text(Payload.METADATA, Responses.bytes(RunCrate.metadata(run, payload)).toArray()));
    members.add(text(payload.workflow(), run.workflow()));
    for (Payload.Member member : payload.members()) {
      members.add(new ZipBytes.Member(member.path(), member.size(), () -> open(member.sha256())));
    }
    String file = run.batch().id().value() + ".crate.zip";
    return HttpResponse.create()
        .withEntity(
            HttpEntities.createChunked(
                MediaTypes.APPLICATION_ZIP.toContentType(),
                StreamConverters.fromInputStream(() -> new ZipBytes(members), CHUNK)))
        .addHeader(RawHeader.create("X-Content-Type-Options", "nosniff"))
        .addHeader(
            RawHeader.create("Content-Disposition", "attachment; filename=\"" + file + "\""));
  }

  private static ZipBytes.Member text(String path, byte[] bytes) {
    return new ZipBytes.Member(path, bytes.length, () -> new ByteArrayInputStream(bytes));
  }

  private InputStream open(String sha256) throws IOException {
    return Channels.newInputStream(
        services
            .artifactBytes()
            .open(sha256)
            .orElseThrow(() -> new IOException("artifact " + sha256 + " went away")));
  }

  /** What storage does not have, or has in another size: the crate only names it. */
  private Set<String> lost(Payload payload) {
    Set<String> lost = new HashSet<>();
    for (Payload.Member member : payload.members()) {
      try {
        Optional<SeekableByteChannel> channel = services.artifactBytes().open(member.sha256());
        if (channel.isEmpty()) {
          lost.add(member.sha256());
        } else {
          try (SeekableByteChannel open = channel.get()) {
            if (open.size() != member.size()) {
              lost.add(member.sha256());
            }
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read artifact " + member.sha256(), e);
      }
    }
    return lost;
  }

  private CompletionStage<Run> run(Exchange exchange) {
    BatchId id = exchange.id("batch", BatchId::of);
    String base =
        exchange.request().getUri().getScheme()
            + "://"
            + exchange.header("Host").orElse("localhost");
    return services
        .readModel()
        .batch(id)
        .thenApply(found -> found.orElseThrow(() -> Problem.notFound("batch", id.value())))
        .thenCompose(
            batch ->
                jobs(batch)
                    .thenCombine(survey(batch), (jobs, survey) -> run(batch, jobs, survey, base)))
        .thenCompose(this::withFileThatRan);
  }

  private CompletionStage<Optional<SurveyView>> survey(BatchView batch) {
    return batch.surveyIds().isEmpty()
        ? CompletableFuture.completedFuture(Optional.empty())
        : services.readModel().survey(batch.surveyIds().getFirst());
  }

  private Run run(BatchView batch, List<JobView> jobs, Optional<SurveyView> survey, String base) {
    Optional<JsonNode> pipeline =
        services.catalog().pipelines().stream()
            .filter(found -> found.path("name").asText().equals(batch.pipeline()))
            .findFirst();
    return new Run(
        batch,
        jobs,
        survey,
        pipeline,
        services.catalog().pipelineFile(batch.pipeline()),
        base,
        services.version());
  }

  /** With the pipeline's file as it was when the batch ran, if it has changed and was kept. */
  private CompletionStage<Run> withFileThatRan(Run run) {
    Optional<String> changed = run.changedFile();
    return changed.isEmpty()
        ? CompletableFuture.completedFuture(run)
        : services
            .catalog()
            .pipelineFileOf(changed.get())
            .thenApply(kept -> kept.map(run::withFile).orElse(run));
  }

  private CompletionStage<List<JobView>> jobs(BatchView batch) {
    CompletionStage<List<JobView>> all = CompletableFuture.completedFuture(List.of());
    for (JobId id : batch.jobIds()) {
      all =
          all.thenCombine(
              services.readModel().job(id),
              (found, job) -> {
                List<JobView> more = new ArrayList<>(found);
                job.ifPresent(more::add);
                return more;
              });
    }
    return all;
  }
}
