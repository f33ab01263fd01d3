/**
 * Which samples a dataset takes: looks them up, decides about each, and stores the plan of the
 * dataset. What it decides is pure; it uses the read model and stored lists.
 */
package refinery.datasets;
