package refinery.cluster;

import akka.actor.ActorSystem;
import akka.actor.Props;
import akka.cluster.Cluster;
import akka.cluster.DowningProvider;
import akka.cluster.sbr.LeaseMajority;
import akka.cluster.sbr.LeaseMajoritySettings;
import akka.cluster.sbr.SplitBrainResolverProvider;
import akka.cluster.sbr.SplitBrainResolverSettings;
import akka.coordination.lease.scaladsl.Lease;
import akka.coordination.lease.scaladsl.LeaseProvider;
import java.time.Duration;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.DurationConverters;

/**
 * Akka's strategy {@code lease-majority}, configured by {@code akka.cluster.split-brain-resolver},
 * but run by {@link SurvivorResolver}. Akka makes it by reflection.
 */
public final class LeaseDowning extends DowningProvider {
  private final ActorSystem system;
  private final SplitBrainResolverSettings settings;

  /** The constructor that Akka calls. */
  public LeaseDowning(ActorSystem system) {
    this.system = system;
    settings = new SplitBrainResolverSettings(system.settings().config());
  }

  @Override
  public FiniteDuration downRemovalMargin() {
    return new SplitBrainResolverProvider(system).downRemovalMargin();
  }

  @Override
  public Option<Props> downingActorProps() {
    Duration contradicted =
        system.settings().config().getDuration("refinery.cluster.downing.contradicted-after");
    return Option.apply(
        Props.create(
                SurvivorResolver.class,
                () ->
                    new SurvivorResolver(
                        settings.DowningStableAfter(),
                        strategy(),
                        DurationConverters.toScala(contradicted)))
            .withDispatcher("akka.actor.internal-dispatcher"));
  }

  private LeaseMajority strategy() {
    Cluster cluster = Cluster.get(system);
    LeaseMajoritySettings majority = settings.leaseMajoritySettings();
    Lease lease =
        LeaseProvider.get(system)
            .getLease(
                majority.safeLeaseName(system.name()),
                majority.leaseImplementation(),
                cluster.selfUniqueAddress().address().hostPort());
    return new LeaseMajority(
        cluster.selfDataCenter(),
        majority.role(),
        lease,
        majority.acquireLeaseDelayForMinority(),
        majority.releaseAfter(),
        cluster.selfUniqueAddress());
  }
}
