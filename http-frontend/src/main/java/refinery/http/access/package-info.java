/**
 * Who may send requests, and which: tokens with scopes, the dashboard's sessions, an institute's
 * issuer of tokens, and the names and pages that requests may come from. Knows no routes.
 */
package refinery.http.access;
