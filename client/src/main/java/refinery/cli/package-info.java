/**
 * The commands of {@code refinery} that are clients of a node's HTTP API, and know it only by that.
 */
package refinery.cli;
