/**
 * What people and programs see: the HTTP API, its event stream and its OpenAPI document. Knows the
 * protocol only; entities, scheduler and agents are reached by interfaces that the node fills in.
 */
package refinery.http;
