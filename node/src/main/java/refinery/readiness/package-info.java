/**
 * Says whether this node serves, and why not: the parts of a node name what they need, and Akka
 * Management's {@code /ready} asks.
 */
package refinery.readiness;
