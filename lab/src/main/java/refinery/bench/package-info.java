/**
 * Simulates placement with generated work and simulated time. It runs the very {@link
 * refinery.scheduling.Packing} of the scheduler, and simpler policies to compare with. No actors,
 * no threads, no I/O but the report.
 */
package refinery.bench;
