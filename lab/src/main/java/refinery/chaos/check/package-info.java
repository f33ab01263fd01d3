/**
 * Judges a cluster from outside: reads the journal by SQL, the storage, and what the jobs'
 * processes wrote down. It knows only the engine's stored formats.
 */
package refinery.chaos.check;
