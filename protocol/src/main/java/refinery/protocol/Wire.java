package refinery.protocol;

/**
 * A message that may be sent to another node. {@code conf/cluster.conf} binds it to the Jackson
 * JSON serializer.
 */
public interface Wire {}
