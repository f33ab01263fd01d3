/** The messages of the foreman singleton. */
package refinery.protocol.foreman;
