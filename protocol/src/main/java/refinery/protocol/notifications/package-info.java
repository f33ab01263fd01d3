/** What the notifier is asked over the wire. */
package refinery.protocol.notifications;
