/**
 * Tells of jobs that were given up: a cluster singleton that reads the journal by position and
 * posts to channels. Owns the channels' positions, and nothing of the jobs.
 */
package refinery.notifications;
