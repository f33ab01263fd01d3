/**
 * Tells people of jobs that were given up: a cluster singleton reads the journal by position and
 * sends messages to channels. Owns the channels' positions; changes nothing of the jobs.
 */
package refinery.notifications;
