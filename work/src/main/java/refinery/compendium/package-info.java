/**
 * What makes matrices of many samples comparable: which genes they share, scales, missing values,
 * and the recipe of a compendium. Pure: it knows {@code refinery.expression} and a library for
 * linear algebra, and reads columns one at a time, or in blocks of rows within a bound of memory.
 */
package refinery.compendium;
