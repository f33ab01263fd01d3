/** The messages of the notifier singleton. */
package refinery.protocol.notifications;
