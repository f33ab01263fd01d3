/**
 * What all archives have in common: their addresses and a patient HTTP client for small answers.
 * Owns no state that outlives the process but a cache directory. May use protocol.
 */
package refinery.archive;
