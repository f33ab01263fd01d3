/**
 * A node's HTTP API for programs written in Java: {@link refinery.api.Refinery} is where to begin.
 * Uses the JDK's HTTP client, Jackson and {@code refinery.web}, and nothing of a node.
 */
package refinery.api;
