/** Refined artifacts: what is known of one, and how one is asked for. Pure. */
package refinery.protocol.artifact;
