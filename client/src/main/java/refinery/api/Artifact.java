package refinery.api;

/**
 * A file that a batch was refined to.
 *
 * @param role what its pipeline calls it
 * @param size bytes
 */
public record Artifact(String name, String sha256, long size, String mediaType, String role) {}
