package refinery.transfer;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import java.net.http.HttpClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import refinery.agent.Attempt;
import refinery.agent.WorkRunner;
import refinery.archive.ArchivesConfig;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.storage.ObjectStore;
import refinery.transfer.DownloadSteps.Equipment;

/** Runs download jobs: one {@link DownloadAttempt} actor for each. One runner per node. */
public final class DownloadRunner implements WorkRunner, AutoCloseable {
  private final ActorSystem<?> system;
  private final HttpClient client;
  private final ExecutorService executor;
  private final Equipment equipment;

  /**
   * @param archives where NCBI is asked about a run, and which hosts may be asked at all
   * @param demand by which downloads were planned
   * @param temporary where raw files go
   */
  public DownloadRunner(
      ActorSystem<?> system,
      TransferSettings settings,
      ArchivesConfig archives,
      DiskDemand demand,
      ObjectStore temporary) {
    this.system = system;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.connectTimeout())
            .build();
    // Platform threads: hashing never yields, and would keep every virtual thread of the node
    // waiting.
    this.executor =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("transfer-check-", 0).factory());
    this.equipment =
        new Equipment(
            settings,
            new HttpSource(client, settings, archives.hosts()),
            new NcbiClient(archives, settings.userAgent()),
            temporary,
            demand,
            executor);
  }

  @Override
  public CompletionStage<Outcome> run(Attempt attempt) {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    switch (attempt.spec().work()) {
      case Work.Download work -> {
        String name = "download-" + attempt.spec().id() + "-" + attempt.number();
        system.systemActorOf(
            DownloadAttempt.create(attempt, work, equipment, outcome), name, Props.empty());
      }
      case Work.Survey survey -> outcome.complete(refused("survey"));
      case Work.Process process -> outcome.complete(refused("process"));
    }
    return outcome;
  }

  private static Outcome refused(String kind) {
    return new Outcome.Failed(
        Failure.of(FailureClass.PERMANENT, "a " + kind + " job was given to the download runner"),
        Usage.NONE,
        java.util.List.of());
  }

  @Override
  public void close() {
    client.shutdownNow();
    equipment.ncbi().close();
    executor.shutdown();
  }
}
