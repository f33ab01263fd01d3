/** Refined artifacts: what is known of one, and how others ask for one. Pure. */
package refinery.protocol.artifact;
