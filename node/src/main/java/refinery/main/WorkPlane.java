package refinery.main;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import refinery.agent.ProgramPath;
import refinery.agent.WorkRunner;
import refinery.archive.AnswerCache;
import refinery.archive.ArchiveHttp;
import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.archive.ncbi.NcbiAccess;
import refinery.archive.ncbi.NcbiClient;
import refinery.hosts.ClusterGate;
import refinery.hosts.HostGate;
import refinery.hosts.HostLimits;
import refinery.metering.Metering;
import refinery.pipeline.PipelineCatalog;
import refinery.pipeline.ProcessRunner;
import refinery.pipeline.ReferenceCache;
import refinery.pipeline.Sandbox;
import refinery.protocol.job.JobKind;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.trace.Tracing;
import refinery.source.EntityRecorder;
import refinery.source.SourceRegistry;
import refinery.source.SurveyRunner;
import refinery.transfer.Bandwidth;
import refinery.transfer.DownloadRunner;
import refinery.transfer.TransferMeters;

/** What does the work: sources, a runner for each kind of job, and the agent that uses them. */
final class WorkPlane {
  private static final Duration ASK = Duration.ofSeconds(5);

  private final ActorSystem<Void> system;
  private final Settings settings;
  private final Stores stores;
  private final Opened opened;
  private final Path dir;
  private final HostGate archives;
  private final NcbiClient ncbi;
  private final Tracing tracing;
  private final List<Path> secrets;

  /**
   * @param secrets files that no tool may read
   */
  WorkPlane(
      ActorSystem<Void> system,
      Settings settings,
      Stores stores,
      Opened opened,
      Path dir,
      ActorRef<SchedulerCommand> scheduler,
      Tracing tracing,
      List<Path> secrets) {
    this.tracing = tracing;
    this.secrets = List.copyOf(secrets);
    this.system = system;
    this.settings = settings;
    this.stores = stores;
    this.opened = opened;
    this.dir = dir;
    // A survey waits for a host as long as between two tries, and is then tried again as a whole.
    this.archives = new ClusterGate(system, scheduler, settings.archives().http().maxBackoff());
    this.ncbi =
        opened.add(
            new NcbiClient(
                settings.archives(),
                NcbiAccess.from(system.settings().config()),
                settings.transfer().userAgent(),
                archives));
  }

  SourceRegistry sources(PipelineCatalog pipelines) throws IOException {
    ArchiveHttp archive =
        opened.add(new ArchiveHttp(settings.archives(), Version.CURRENT, archives));
    AnswerCache cache =
        new AnswerCache(
            dir.resolve("cache").resolve("archives"),
            settings.archives().cache(),
            Clock.systemUTC());
    SourceParts parts =
        new SourceParts(
            system.settings().config(),
            settings.archives(),
            archive,
            ncbi,
            cache,
            stores.setQueries(),
            stores.manifests(),
            pipelines::outputs,
            stores.datasets());
    return new SourceRegistry(
        SourceProvider.all().stream().map(provider -> provider.open(parts)).toList());
  }

  Workers start(SourceRegistry sources, Set<String> roles, ActorRef<SchedulerCommand> scheduler)
      throws IOException {
    ClusterSharding sharding = ClusterSharding.get(system);
    Workers workers = new Workers(system, settings.agent(), sharding, tracing);
    workers.start(
        dir,
        Cluster.get(system).selfMember().address().hostPort(),
        List.copyOf(roles),
        runners(new SurveyRunner(sources, new EntityRecorder(sharding, ASK)), scheduler),
        scheduler);
    return workers;
  }

  /** Tools see nothing of this node's files but what their step is given. */
  private Sandbox sandbox() {
    List<Path> directories =
        new ArrayList<>(List.of(Path.of(System.getProperty("user.home")), dir));
    settings.agent().scratch().ifPresent(directories::add);
    return Sandbox.open(
        settings.agent().sandbox(),
        new Sandbox.Hidden(directories, secrets),
        ProgramPath.ofSystem());
  }

  private Map<JobKind, WorkRunner> runners(
      SurveyRunner surveys, ActorRef<SchedulerCommand> scheduler) throws IOException {
    HostLimits limits = HostLimits.from(system.settings().config());
    DownloadRunner.Asking asking =
        new DownloadRunner.Asking(
            new ClusterGate(system, scheduler, limits.patience()),
            limits,
            Bandwidth.from(system.settings().config()));
    DownloadRunner downloads =
        opened.add(
            new DownloadRunner(
                system,
                settings.transfer(),
                settings.archives(),
                ncbi,
                settings.demand(),
                new DownloadRunner.Stores(stores.temporary(), stores.permanent()),
                asking,
                new TransferMeters(Metering.get(system).registry())));
    ProcessRunner processes =
        new ProcessRunner(
            settings.pipelines(),
            settings.commands(),
            stores.temporary(),
            stores.permanent(),
            ReferenceCache.open(dir.resolve("references"), settings.references()),
            stores.queries(),
            sandbox());
    return Map.of(JobKind.SURVEY, surveys, JobKind.DOWNLOAD, downloads, JobKind.PROCESS, processes);
  }
}
