/**
 * Runs pipelines: their definitions ({@code conf/pipelines}), built-in steps, checks of what tools
 * deliver, and the runner of process jobs. May use protocol, agent, storage, transfer's check of
 * whole reads and the read model's queries; knows no entity and no actor.
 */
package refinery.pipeline;
