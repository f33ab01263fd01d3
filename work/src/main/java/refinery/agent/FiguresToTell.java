package refinery.agent;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.scheduling.AttemptFigures;
import refinery.protocol.scheduling.HostFigures;
import refinery.protocol.scheduling.SchedulerCommand.Figures;

/**
 * Decides at which heartbeats the scheduler is told what this node sees of hosts and attempts: when
 * that has changed, and now and then, as a new scheduler knows nothing. Used by the agent only.
 */
final class FiguresToTell {
  /** Heartbeats after which it is said again though nothing has changed. */
  static final int AGAIN = 10;

  private Optional<Figures> last = Optional.empty();
  private int beats;

  Optional<Figures> due(
      NodeIdentity identity, List<HostFigures> hosts, Map<Slot.Key, Executor.Execution> running) {
    List<AttemptFigures> attempts =
        running.entrySet().stream()
            .map(one -> attempt(one.getKey(), one.getValue().vitals()))
            .toList();
    Figures now = new Figures(identity.id(), identity.incarnation(), hosts, attempts);
    boolean nothing = hosts.isEmpty() && attempts.isEmpty() && last.isEmpty();
    if (nothing || (last.filter(now::equals).isPresent() && ++beats < AGAIN)) {
      return Optional.empty();
    }
    beats = 0;
    last = Optional.of(now);
    return last;
  }

  private static AttemptFigures attempt(Slot.Key key, Executor.Vitals vitals) {
    return new AttemptFigures(
        key.job(), key.epoch(), key.assignment(), vitals.memory(), vitals.scratch());
  }
}
