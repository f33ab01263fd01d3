/**
 * A node's HTTP API for programs written in Java: {@link refinery.api.Refinery} is where to begin.
 * Uses the JDK's HTTP client, Jackson, {@code refinery.web} and {@code refinery.certificates}, and
 * nothing of a node.
 */
package refinery.api;
