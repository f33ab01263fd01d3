/**
 * The interface of sources, their registry, and the runner of survey jobs, which sends the survey
 * what a source finds. May use protocol and agent.
 */
package refinery.source;
