/**
 * Sets of batches whose outputs are the input of another batch: finds out whether all are there,
 * and asks them to tell of changes.
 */
package refinery.inputs;
