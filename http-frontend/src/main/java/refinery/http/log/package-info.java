/**
 * Logs of attempts, line by line. Finds lines by number in logs of any size: reads them in pieces,
 * and remembers where some lines begin. Knows bytes only, not where they come from.
 */
package refinery.http.log;
