/**
 * A simulator of placement: generated work, simulated time, and the very same {@link
 * refinery.scheduling.Packing} that the scheduler runs, beside simpler policies to compare with. No
 * actors, no threads, no I/O but the report.
 */
package refinery.bench;
