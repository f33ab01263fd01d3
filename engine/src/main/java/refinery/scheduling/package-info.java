/**
 * Decides which queued job runs on which node. Queue and leases are in memory only and are rebuilt
 * from the read model, the job entities and the agents. {@code Packing} uses no Akka, clock or I/O;
 * {@code Scheduler} is the cluster singleton around it. May use protocol and readmodel.
 */
package refinery.scheduling;
