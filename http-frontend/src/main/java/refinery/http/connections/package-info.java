/**
 * Who may hold how many connections to a server of this node, and for how long without asking for
 * something. Knows HTTP but no route; may use nothing else of ours.
 */
package refinery.http.connections;
