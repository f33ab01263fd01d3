/**
 * Compendia and curations of the samples in stores of datasets: reads the stores, has {@code
 * refinery.compendium} and {@code refinery.curation} work on their columns, and writes the files.
 * Knows nothing of attempts; who calls it says when to stop and how files are written.
 */
package refinery.recipe;
