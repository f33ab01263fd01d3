/** Lists that are too long for a message: how they are stored and read. Uses no other package. */
package refinery.manifests;
