/**
 * What entities persist, how it is serialised and written, with the read rows in one transaction.
 */
package refinery.journal;
