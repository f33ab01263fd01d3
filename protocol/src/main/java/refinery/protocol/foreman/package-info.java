/** What the foreman is asked over the wire. */
package refinery.protocol.foreman;
