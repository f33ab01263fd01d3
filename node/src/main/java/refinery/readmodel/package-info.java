/** SQL read rows: lists, search, counts and what the node asks; rebuilt from the journal. */
package refinery.readmodel;
