package refinery.transfer;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import refinery.agent.Attempt;
import refinery.agent.Tool;
import refinery.agent.WorkRunner;
import refinery.archive.ArchivesConfig;
import refinery.archive.ncbi.NcbiClient;
import refinery.archive.ncbi.SraExtraction;
import refinery.hosts.HostGate;
import refinery.hosts.HostLimits;
import refinery.hosts.HostSpeeds;
import refinery.hosts.HostTraffic;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.protocol.scheduling.HostFigures;
import refinery.storage.ObjectStore;
import refinery.transfer.DownloadSteps.Equipment;

/**
 * Runs download jobs, with one {@link DownloadAttempt} actor for each. One runner per node.
 * Thread-safe.
 */
public final class DownloadRunner implements WorkRunner, AutoCloseable {
  private final ActorSystem<?> system;
  private final HostSpeeds speeds = new HostSpeeds(InstantSource.system());
  private final HostTraffic traffic;
  private final HttpClient client;
  private final ExecutorService executor;
  private final Equipment equipment;

  /**
   * @param temporary for raw files
   * @param permanent has the artifacts that raw files may be
   */
  public record Stores(ObjectStore temporary, ObjectStore permanent) {}

  /** How the node asks hosts: the cluster's gate, its limits, and the cap of the node's bytes. */
  public record Asking(HostGate gate, HostLimits limits, Bandwidth bandwidth) {
    /** Without a cap. */
    Asking(HostGate gate, HostLimits limits) {
      this(gate, limits, Bandwidth.UNLIMITED);
    }
  }

  /**
   * @param archives names the hosts that may be asked
   * @param ncbi asked about runs; not closed by this runner
   * @param demand the rules by which the disk of downloads was planned
   */
  public DownloadRunner(
      ActorSystem<?> system,
      TransferSettings settings,
      ArchivesConfig archives,
      NcbiClient ncbi,
      DiskDemand demand,
      Stores stores,
      Asking asking) {
    this(
        system,
        settings,
        archives,
        ncbi,
        demand,
        stores,
        asking,
        new TransferMeters(new CompositeMeterRegistry()));
  }

  /**
   * @param meters count what downloads get
   */
  public DownloadRunner(
      ActorSystem<?> system,
      TransferSettings settings,
      ArchivesConfig archives,
      NcbiClient ncbi,
      DiskDemand demand,
      Stores stores,
      Asking asking,
      TransferMeters meters) {
    this.system = system;
    this.traffic = new HostTraffic(InstantSource.system(), meters);
    this.client = client(settings);
    // Platform threads, because hashing never yields and would block the carriers of all virtual
    // threads.
    this.executor =
        Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("transfer-check-", 0).factory());
    this.equipment =
        new Equipment(
            settings,
            new Origins(
                new HttpSource(client, settings, archives.hosts(), asking.gate()),
                new HttpSource(client, settings, archives.files().hosts(), asking.gate()),
                new FtpSource(settings, archives.hosts(), asking.gate()),
                new FtpSource(settings, archives.files().hosts(), asking.gate()),
                archives.files().directories(),
                archives.buckets(),
                asking.limits(),
                asking.bandwidth(),
                new Places(archives.mirrors(), archives.buckets(), speeds, traffic, asking.gate()),
                stores.permanent()),
            ncbi,
            stores.temporary(),
            demand,
            executor,
            meters);
  }

  private static HttpClient client(TransferSettings settings) {
    return HttpClient.newBuilder()
        .version(HttpClient.Version.HTTP_1_1)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(settings.connectTimeout())
        .build();
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

  @Override
  public List<Tool> tools() {
    return SraExtraction.tools();
  }

  @Override
  public Map<String, Object> state() {
    return Map.of("host_speeds", speeds.views());
  }

  @Override
  public List<HostFigures> hosts() {
    return traffic.figures(speeds.views());
  }

  private static Outcome refused(String kind) {
    return new Outcome.Failed(
        Failure.of(FailureClass.PERMANENT, "a " + kind + " job was given to the download runner"),
        Usage.NONE,
        List.of());
  }

  @Override
  public void close() {
    client.shutdownNow();
    executor.shutdown();
  }
}
