package refinery.main;

import akka.actor.Cancellable;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent.MemberEvent;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.ClusterSingletonSettings;
import akka.cluster.typed.SingletonActor;
import akka.cluster.typed.Subscribe;
import com.typesafe.config.Config;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.cluster.LostRegions;
import refinery.cluster.SingletonGuard;
import refinery.foreman.Foreman;
import refinery.inputs.MemberCourier;
import refinery.inputs.SetQuestions;
import refinery.inputs.Sets;
import refinery.job.JobLogic;
import refinery.learning.LearnedDemand;
import refinery.learning.LearningConfig;
import refinery.metadata.Harmonisation;
import refinery.metering.Metering;
import refinery.notifications.Channels;
import refinery.notifications.Notifier;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.BatchId;
import refinery.protocol.Entities;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.foreman.ForemanCommand;
import refinery.protocol.notifications.NotifierCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.readmodel.SearchIndex;
import refinery.readmodel.SearchIndexer;
import refinery.readmodel.SqlNotificationQueries;
import refinery.readmodel.SqlScheduleQueries;
import refinery.readmodel.SqlUsageHistory;
import refinery.readmodel.StateHistory;
import refinery.schedule.WithdrawalCourier;
import refinery.scheduling.Membership;
import refinery.scheduling.Scheduler;
import refinery.scheduling.SchedulerMeters;

/**
 * What decides: entities and singletons on the nodes with role {@code control}, and what guards
 * them. On other nodes it knows the way to them.
 */
final class ControlPlane {
  private static final String ROLE = "control";
  private static final Duration ASK = Duration.ofSeconds(5);
  private static final Duration STATES_LOOK = Duration.ofSeconds(20);
  private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);

  private final ActorSystem<Void> system;
  private final ClusterSharding sharding;
  private final Settings settings;
  private final Stores stores;
  private final Opened opened;

  ControlPlane(ActorSystem<Void> system, Settings settings, Stores stores, Opened opened) {
    this.system = system;
    this.sharding = ClusterSharding.get(system);
    this.settings = settings;
    this.stores = stores;
    this.opened = opened;
  }

  /** One of each in the cluster. */
  record Singletons(
      ActorRef<SchedulerCommand> scheduler,
      ActorRef<ForemanCommand> foreman,
      ActorRef<NotifierCommand> notifier) {
    private static final String SCHEDULER = "scheduler";
    private static final String FOREMAN = "foreman";
    private static final String NOTIFIER = "notifier";
  }

  Singletons start(PipelineCatalog pipelines) {
    ActorRef<SchedulerCommand> scheduler = singleton(Singletons.SCHEDULER, scheduler());
    Sets sets = opened.add(new SetQuestions(stores.setQueries(), stores.manifests()));
    SqlScheduleQueries schedules = new SqlScheduleQueries(stores.sql());
    EntityRegions regions =
        new EntityRegions(
            sharding,
            stores.queries(),
            schedules,
            new WithdrawalCourier(schedules, this::ask),
            sets,
            courier(),
            new Onlookers(Metering.get(system).registry()),
            system.ignoreRef());
    regions.start(
        settings.retry(),
        new Planner(pipelines, settings.demand(), stores.oneVolume(), Optional.of(learned())),
        scheduler);
    ActorRef<ForemanCommand> foreman =
        singleton(Singletons.FOREMAN, foreman(sets, scheduler, regions));
    ActorRef<NotifierCommand> notifier = singleton(Singletons.NOTIFIER, notifier());
    index();
    recordStates();
    guard();
    return new Singletons(scheduler, foreman, notifier);
  }

  /** Looks again and again at what jobs used. */
  private LearnedDemand learned() {
    LearningConfig config = settings.learning();
    LearnedDemand learned = new LearnedDemand(config);
    SqlUsageHistory history = new SqlUsageHistory(stores.sql());
    Cancellable looks =
        system
            .scheduler()
            .scheduleWithFixedDelay(
                Duration.ZERO,
                config.refresh(),
                () -> learned.refresh(() -> history.read(config.window(), config.quantile())),
                system.executionContext());
    opened.add(looks::cancel);
    return learned;
  }

  /** Looks more often than once a minute, so that no minute is left out. */
  private void recordStates() {
    StateHistory history = new StateHistory(stores.sql());
    Cancellable looks =
        system
            .scheduler()
            .scheduleWithFixedDelay(
                Duration.ZERO,
                STATES_LOOK,
                () ->
                    history
                        .record()
                        .whenComplete(
                            (recorded, failed) -> {
                              if (failed != null) {
                                LOG.debug("states were not recorded: {}", failed.toString());
                              }
                            }),
                system.executionContext());
    opened.add(looks::cancel);
  }

  private void index() {
    Harmonisation rules = settings.harmonisation();
    Behavior<SearchIndexer.Message> indexer =
        SearchIndexer.create(
            new SearchIndex(stores.sql(), rules::of, rules.fingerprint())
                .meteredBy(Metering.get(system).registry()),
            Clock.systemUTC());
    system.systemActorOf(indexer, "search-indexer", Props.empty());
  }

  private Behavior<SchedulerCommand> scheduler() {
    return Scheduler.create(
        settings.scheduling(),
        stores.queries(),
        (job, command) -> sharding.entityRefFor(Entities.JOB, job.value()).tell(command),
        Membership.of(system),
        Clock.systemUTC(),
        new SchedulerMeters(Metering.get(system).registry()));
  }

  private MemberCourier courier() {
    return new MemberCourier(
        stores.manifests(), this::ask, system.dispatchers().lookup(DispatcherSelector.blocking()));
  }

  private CompletionStage<BatchReply> ask(
      BatchId batch, Function<ActorRef<BatchReply>, BatchCommand> question) {
    return sharding.entityRefFor(Entities.BATCH, batch.value()).ask(question::apply, ASK);
  }

  private Behavior<ForemanCommand> foreman(
      Sets sets, ActorRef<SchedulerCommand> scheduler, EntityRegions regions) {
    Cluster cluster = Cluster.get(system);
    return Foreman.create(
        settings.foreman(),
        new Foreman.Surroundings(
            stores.queries(),
            sets,
            scheduler,
            regions::nudge,
            to -> cluster.subscriptions().tell(Subscribe.create(to, MemberEvent.class)),
            Clock.systemUTC()));
  }

  private Behavior<NotifierCommand> notifier() {
    return Notifier.create(
        settings.notifications(),
        opened.add(Channels.open(settings.notifications(), Version.CURRENT)),
        new SqlNotificationQueries(
            stores.sql(), new LogicProjector<>(new JobLogic(settings.retry()))),
        Clock.systemUTC());
  }

  /** Started again when it fails. */
  private <C> ActorRef<C> singleton(String name, Behavior<C> behavior) {
    Behavior<C> supervised =
        Behaviors.supervise(behavior)
            .onFailure(
                SupervisorStrategy.restartWithBackoff(
                    Duration.ofMillis(500), Duration.ofSeconds(30), 0.2));
    return ClusterSingleton.get(system)
        .init(
            SingletonActor.of(supervised, name)
                .withSettings(ClusterSingletonSettings.create(system).withRole(ROLE)));
  }

  private void guard() {
    Config cluster = system.settings().config().getConfig("refinery.cluster");
    List<String> entities =
        List.of(Entities.SURVEY.name(), Entities.BATCH.name(), Entities.JOB.name());
    List<String> singletons =
        List.of(Singletons.SCHEDULER, Singletons.FOREMAN, Singletons.NOTIFIER);
    system.systemActorOf(
        SingletonGuard.create(
            cluster.getConfig("singleton-guard"),
            ROLE,
            Stream.concat(
                    singletons.stream().map(SingletonGuard::singleton),
                    entities.stream().map(SingletonGuard::coordinator))
                .toList()),
        "singleton-guard",
        Props.empty());
    Config lost = cluster.getConfig("lost-regions");
    system.systemActorOf(
        LostRegions.create(
            new LostRegions.Settings(
                ROLE, lost.getDuration("interval"), lost.getDuration("answer")),
            entities),
        "lost-regions",
        Props.empty());
  }
}
