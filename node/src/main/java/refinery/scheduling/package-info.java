/**
 * Decides which queued job runs on which node. Owns nothing durable: the queue and the leases live
 * in memory and are rebuilt from the entities and the agents. {@code Packing} is pure (no Akka,
 * clock or I/O); {@code Scheduler} is the cluster singleton around it. May use protocol and
 * readmodel.
 */
package refinery.scheduling;
