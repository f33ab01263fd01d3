/** What makes several nodes one cluster: the lease that decides which side of a cut survives. */
package refinery.cluster;
