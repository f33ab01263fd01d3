/**
 * A node's HTTP API for programs, and what all commands print with. Knows the node only by its HTTP
 * API.
 */
package refinery.client;
