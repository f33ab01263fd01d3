/**
 * The demonstration: a local archive, a node, surveys through the HTTP API, and a check of the
 * results against the truth. Knows the node only by {@link refinery.demo.DemoNode} and its HTTP
 * API.
 */
package refinery.demo;
