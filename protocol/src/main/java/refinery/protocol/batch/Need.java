package refinery.protocol.batch;

import refinery.protocol.artifact.Selector;

/**
 * An output of some other batch without which a batch cannot be processed.
 *
 * @param role what the artifact is for: {@code index}
 * @param selector which artifact it is
 * @param hint a command line that would bring it, for people; may be empty
 */
public record Need(String role, Selector selector, String hint) {}
