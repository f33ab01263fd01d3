/**
 * Judges a cluster from outside: reads the journal by SQL, the storage and what the jobs themselves
 * wrote down. It knows nothing of the engine but its stored formats.
 */
package refinery.chaos.check;
