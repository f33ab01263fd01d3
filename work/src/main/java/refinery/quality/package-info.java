/**
 * Judges one quantified run by what was measured of it, with thresholds that a user can change
 * ({@code conf/rules/quality*.conf}), and makes a page of all runs of a survey. Pure but for the
 * reading of the rules; may use protocol, the configuration and digests.
 */
package refinery.quality;
