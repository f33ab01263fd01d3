/**
 * Asks the scheduler before each request to a host, so that the whole cluster keeps one rate per
 * host, obeys its {@code Retry-After}, and probes a host that is away with one request at a time.
 */
package refinery.hosts;
