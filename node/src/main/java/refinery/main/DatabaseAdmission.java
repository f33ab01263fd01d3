package refinery.main;

import akka.actor.Address;
import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import refinery.cluster.Admission;
import refinery.cluster.Admission.Observed;
import refinery.cluster.Admission.Plan;
import refinery.cluster.Admission.Verdict;
import refinery.cluster.Presence;
import refinery.cluster.PresenceBeat;
import refinery.cluster.PresenceConfig;
import refinery.cluster.PresenceTable;
import refinery.configuration.ConfigurationException;
import refinery.database.Database;

/**
 * Admits this node by what a shared database says of others, and shows it there while it is a
 * member. An embedded database is guarded by the lock of its directory: there is nobody else.
 */
final class DatabaseAdmission implements Joining.Admitting, AutoCloseable {
  private final ActorSystem<?> system;
  private final PresenceConfig config;
  private final PresenceTable table;
  private final Presence self;
  private final Plan plan;
  private final boolean shared;
  private Optional<PresenceBeat> beat = Optional.empty();

  /**
   * @throws ConfigurationException when options and configuration exclude each other
   */
  DatabaseAdmission(
      ActorSystem<?> system,
      Settings settings,
      NodeOptions options,
      Database database,
      InstantSource clock) {
    this.system = system;
    config = settings.presence();
    table = new PresenceTable(database.dataSource(), clock);
    self = new Presence(text(selfAddress(system)), config.name(), Version.CURRENT);
    plan = plan(settings, options);
    shared = options.db().isPresent();
  }

  private static Plan plan(Settings settings, NodeOptions options) {
    if (settings.discovery().isOn()) {
      return new Plan.Discovery();
    }
    return options.join().isEmpty()
        ? new Plan.Alone()
        : new Plan.Seeds(options.join().stream().map(HostPort::toString).toList());
  }

  private static Address selfAddress(ActorSystem<?> system) {
    return Cluster.get(system).selfMember().address();
  }

  private static String text(Address address) {
    return new HostPort(address.getHost().orElse(""), address.getPort().orElse(0)).toString();
  }

  @Override
  public Verdict verdict() {
    if (!shared) {
      return new Verdict.Begin();
    }
    try {
      Verdict verdict = decide();
      if (verdict instanceof Verdict.Begin) {
        // Who begins at the same moment sees this node, or is seen by it.
        table.beat(self);
        verdict = decide();
        if (!(verdict instanceof Verdict.Begin)) {
          table.forget(self);
        }
      }
      return verdict;
    } catch (SQLException e) {
      return new Verdict.Wait("the database does not answer (" + e.getMessage() + ")");
    }
  }

  private Verdict decide() throws SQLException {
    Observed seen = table.look(self, config.stale());
    return Admission.decide(self, plan, seen, config.clockTolerance());
  }

  /** Shows this node to others from now on. */
  void joined() {
    if (shared) {
      beat = Optional.of(PresenceBeat.start(table, self, config, this::members));
    }
  }

  private Set<String> members() {
    Set<String> addresses = new HashSet<>();
    akka.cluster.Cluster.get(akka.actor.typed.javadsl.Adapter.toClassic(system))
        .state()
        .getMembers()
        .forEach(member -> addresses.add(text(member.address())));
    return addresses;
  }

  @Override
  public void close() {
    beat.ifPresent(PresenceBeat::close);
  }
}
