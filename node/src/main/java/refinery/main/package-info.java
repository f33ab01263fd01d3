/**
 * The composition root: reads the configuration, starts the parts in order, stops them in reverse.
 */
package refinery.main;
