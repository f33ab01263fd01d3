/**
 * The job entity: its state, its pure behaviour and its effects. Tests of it need no actor system.
 */
package refinery.job;
