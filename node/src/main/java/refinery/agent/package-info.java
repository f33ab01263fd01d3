/**
 * Runs attempts on this node: grants reservations, starts processes, enforces limits, sweeps. Owns
 * every process and scratch directory. May use protocol.
 */
package refinery.agent;
