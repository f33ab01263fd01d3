package refinery.protocol.batch;

/** An output file in permanent storage, addressed by the SHA-256 (lower-case hex) of its bytes. */
public record Artifact(String name, String sha256, long size, String mediaType) {}
