/**
 * Datasets: what may be asked for, which samples a dataset takes and which it drops, and the ports
 * through which it is planned and read. No I/O.
 */
package refinery.protocol.dataset;
