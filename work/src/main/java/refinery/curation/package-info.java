/**
 * Curation of many runs of one species as amalgkit does it: how a run agrees with its group, which
 * runs are outliers, means of groups, and how specific a gene is. It flags and deletes nothing.
 * Pure: it knows {@code refinery.expression} and a library for charts, and reads columns one at a
 * time or in blocks of rows.
 */
package refinery.curation;
