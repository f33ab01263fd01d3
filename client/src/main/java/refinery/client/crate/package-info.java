/**
 * Reads the RO-Crates of batches and compares two of them: what went in, what ran, what came out.
 * Pure; may use protocol.
 */
package refinery.client.crate;
