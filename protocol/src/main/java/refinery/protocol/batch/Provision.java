package refinery.protocol.batch;

import refinery.protocol.artifact.RefinedArtifact;

/** What meets the need of this role. */
public record Provision(String role, RefinedArtifact artifact) {}
