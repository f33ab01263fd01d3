/**
 * The part of the heap that steps share which keep much in it. Uses nothing else; knows nothing of
 * steps.
 */
package refinery.memory;
