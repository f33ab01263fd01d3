/**
 * The commands of {@code refinery}: clients of a node's HTTP API, and the options that start one.
 * Knows the node only by its HTTP API and by {@code refinery.main.NodeOptions}.
 */
package refinery.cli;
