package refinery.protocol.catalog;

import java.util.Optional;

/**
 * What a rule made of an archive's words.
 *
 * @param unit of a number; empty when it is no number or nobody says its unit
 * @param from the key of the archive's metadata, several separated by {@code ", "}
 * @param rule the id of the rule in {@code conf/rules}
 */
public record Harmonised(String value, Optional<String> unit, String from, String rule) {}
