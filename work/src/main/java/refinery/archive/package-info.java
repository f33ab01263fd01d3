/**
 * What all archives share: their addresses, the allowed hosts, and an HTTP client for small answers
 * that repeats requests. The only state that outlives the process is a cache directory. May use
 * protocol and source; archive.ncbi uses agent.
 */
package refinery.archive;
