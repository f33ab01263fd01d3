/**
 * The HTTP API for people and programs, its event stream and its OpenAPI document. Knows only the
 * protocol; entities, scheduler and agents are reached by interfaces that the node implements.
 */
package refinery.http;
