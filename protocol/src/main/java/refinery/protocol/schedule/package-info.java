/** What travels to and from schedules: surveys that are posted again and again. */
package refinery.protocol.schedule;
