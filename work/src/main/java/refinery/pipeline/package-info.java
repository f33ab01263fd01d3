/**
 * Runs pipelines: their definitions ({@code conf/pipelines}), built-in steps, checks of what tools
 * produce, and the runner of process jobs. May use protocol, agent, storage and transfer's check of
 * whole reads; knows no entity and no actor.
 */
package refinery.pipeline;
