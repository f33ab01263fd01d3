/**
 * Sessions of the dashboard that were ended by signing out: one table, which each node reads once a
 * second. May use the database.
 */
package refinery.session;
