/** What travels: ids, values, commands, events and views. No I/O. */
package refinery.protocol;
