/** The job entity: its state, its pure behaviour and its effects. Needs no Akka to be tested. */
package refinery.job;
