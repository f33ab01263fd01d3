/**
 * Owns the meters of one actor system. Whoever counts gets the registry from here; whoever serves
 * the numbers adds a registry of its own. Knows no other package of Refinery.
 */
package refinery.metering;
