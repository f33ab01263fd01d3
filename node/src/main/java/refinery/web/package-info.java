/**
 * What every client of a server over HTTP needs: calls with a limit, when to try again, and what
 * {@code Retry-After} says. Knows no other package.
 */
package refinery.web;
