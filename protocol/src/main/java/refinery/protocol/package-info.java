/** What nodes, journal and API exchange: ids, values, commands, events and views. No I/O. */
package refinery.protocol;
