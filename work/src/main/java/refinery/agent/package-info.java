/**
 * A node's part in the work: the handshake with jobs and scheduler, and the executor that runs
 * attempts. The local executor owns every process and scratch directory. May use protocol.
 */
package refinery.agent;
