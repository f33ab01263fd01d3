package refinery.chaos;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Something that goes wrong. Nodes are given by their numbers from 0, taken modulo the number of
 * nodes at that moment.
 */
public sealed interface Fault {
  /** {@code kill -9} of a node that does not host the singletons. */
  record KillWorker(int node, Duration down) implements Fault {}

  /** {@code kill -9} of the node that hosts the singletons. */
  record KillOldest(Duration down) implements Fault {}

  /** {@code kill -9} of every node at once. */
  record KillAll(Duration down) implements Fault {}

  /** {@code kill -9} of all nodes but one, one right after the other. */
  record KillAllButOne(int survivor, Duration down) implements Fault {}

  /**
   * {@code kill -9} of all nodes but one, some time apart. With {@code flapping} the survivor is
   * stopped and continued meanwhile.
   */
  record Staggered(int survivor, Duration apart, boolean flapping, Duration down)
      implements Fault {}

  /** SIGSTOP and SIGCONT of a node in turn. */
  record Flap(int node, int times) implements Fault {}

  /** SIGSTOP of every node at once, as if the machines slept, and then SIGCONT. */
  record PauseAll(Duration time) implements Fault {}

  /** SIGSTOP for less time than the failure detector tolerates; then SIGCONT. */
  record PauseBriefly(int node, Duration time) implements Fault {}

  /** SIGSTOP for so long that the other nodes give the node up; then SIGCONT. */
  record PauseLong(int node, Duration time) implements Fault {}

  /**
   * These nodes and the others cannot reach each other.
   *
   * @param database true if these nodes still reach the database
   */
  record Partition(List<Integer> nodes, boolean database, Duration time) implements Fault {
    public Partition {
      nodes = List.copyOf(nodes);
    }
  }

  /** PostgreSQL stops immediately, as after a crash, and starts again. */
  record RestartDatabase(Duration down) implements Fault {}

  /** A node is drained by the API, and later undrained. */
  record Drain(int node, Duration time) implements Fault {}

  /** SIGTERM of a node, which starts again, as in a rolling restart. */
  record Terminate(int node, Duration down) implements Fault {}

  /** Another node joins under load, and leaves by SIGTERM. */
  record JoinAndLeave(Duration stay) implements Fault {}

  /** The name of the kind in the tally. */
  default String kind() {
    return switch (this) {
      case KillWorker fault -> "kill -9 worker";
      case KillOldest fault -> "kill -9 singleton's host";
      case KillAll fault -> "kill -9 whole cluster";
      case KillAllButOne fault -> "kill -9 all but one";
      case Staggered fault -> "kill -9 one after another";
      case Flap fault -> "SIGSTOP in turns";
      case PauseAll fault -> "SIGSTOP of all";
      case PauseBriefly fault -> "SIGSTOP short";
      case PauseLong fault -> "SIGSTOP long";
      case Partition fault -> fault.database() ? "partition" : "partition, database too";
      case RestartDatabase fault -> "PostgreSQL immediate stop";
      case Drain fault -> "drain";
      case Terminate fault -> "SIGTERM restart";
      case JoinAndLeave fault -> "join and leave";
    };
  }

  /** The fault in words, for the log. */
  default String text() {
    return switch (this) {
      case KillWorker fault -> kind() + " " + fault.node() + ", down " + seconds(fault.down());
      case KillOldest fault -> kind() + ", down " + seconds(fault.down());
      case KillAll fault -> kind() + ", down " + seconds(fault.down());
      case KillAllButOne fault ->
          kind() + " (" + fault.survivor() + "), down " + seconds(fault.down());
      case Staggered fault ->
          "%s (%d survives%s), %s apart, down %s"
              .formatted(
                  kind(),
                  fault.survivor(),
                  fault.flapping() ? ", flapping" : "",
                  seconds(fault.apart()),
                  seconds(fault.down()));
      case Flap fault -> kind() + " " + fault.node() + ", " + fault.times() + " times";
      case PauseAll fault -> kind() + " " + seconds(fault.time());
      case PauseBriefly fault -> kind() + " " + fault.node() + " " + seconds(fault.time());
      case PauseLong fault -> kind() + " " + fault.node() + " " + seconds(fault.time());
      case Partition fault -> kind() + " " + fault.nodes() + " " + seconds(fault.time());
      case RestartDatabase fault -> kind() + ", down " + seconds(fault.down());
      case Drain fault -> kind() + " " + fault.node() + " " + seconds(fault.time());
      case Terminate fault -> kind() + " " + fault.node() + ", down " + seconds(fault.down());
      case JoinAndLeave fault -> kind() + " after " + seconds(fault.stay());
    };
  }

  private static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }
}
