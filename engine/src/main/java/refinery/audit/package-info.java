/**
 * The audit log: writes who did what into one table, reads it page by page, and takes the oldest
 * entries away. May use the database and the read model's queries.
 */
package refinery.audit;
