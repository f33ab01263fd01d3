/** Sessions of the dashboard that were ended before their time: the port to what knows of them. */
package refinery.protocol.session;
