/**
 * What makes several nodes one cluster: admission, TLS between nodes, and the lease that decides
 * which side of a cut network survives.
 */
package refinery.cluster;
