package refinery.http.crate;

import java.util.List;
import java.util.function.Function;

/**
 * One thing that a profile says of a crate.
 *
 * @param faults ids of the entities that break it, or words
 */
record Rule(String name, Function<Document, List<String>> faults) {}
