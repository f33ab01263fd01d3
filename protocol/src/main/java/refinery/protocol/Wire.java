package refinery.protocol;

/** Everything that may cross between nodes; bound to Jackson JSON in {@code conf/cluster.conf}. */
public interface Wire {}
