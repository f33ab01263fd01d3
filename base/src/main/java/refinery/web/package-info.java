/**
 * What every HTTP client here needs: calls with a time limit, pauses between tries, and the {@code
 * Retry-After} header. Uses no other package.
 */
package refinery.web;
