package refinery.agent;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;

/**
 * The time before the agent reports and takes work: the jobs of its last life's attempts are told
 * first. Used by the agent's thread only.
 */
final class Introduction {
  private final NodeId node;
  private final Consumer<AgentEffect> effects;
  private Optional<LastLife> lastLife = Optional.empty();
  private boolean over;

  Introduction(NodeId node, Consumer<AgentEffect> effects) {
    this.node = node;
    this.effects = effects;
  }

  boolean isOver() {
    return over;
  }

  void lastLifeEnded(List<Executor.Unfinished> unfinished, long nowNanos) {
    lastLife = Optional.of(new LastLife(unfinished, nowNanos));
    tellLastLife();
  }

  /** Tells the jobs that have not answered; at every heartbeat. */
  void tellLastLife() {
    String reason = "node " + node.value() + " was restarted";
    lastLife.stream()
        .flatMap(life -> life.untold().stream())
        .forEach(
            one ->
                effects.accept(
                    new AgentEffect.TellLoss(
                        one.job(), one.attempt(), reason, LastLife.cause(one))));
  }

  void told(JobId job) {
    lastLife.ifPresent(life -> life.told(job));
  }

  /** True once: when all are told. */
  boolean ends(long nowNanos) {
    if (over || lastLife.filter(life -> life.isOver(nowNanos)).isEmpty()) {
      return false;
    }
    over = true;
    lastLife = Optional.empty();
    return true;
  }
}
