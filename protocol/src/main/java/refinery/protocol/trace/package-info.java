/**
 * How the work that a request began is seen as one trace: the context that travels in commands and
 * events, and the port through which spans are told. No I/O.
 */
package refinery.protocol.trace;
