/**
 * Limits how many connections a client may hold to a server of this node, and how long they may be
 * idle. Knows HTTP but no routes; uses no other package of this program.
 */
package refinery.http.connections;
