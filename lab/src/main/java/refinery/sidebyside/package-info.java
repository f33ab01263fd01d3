/**
 * Compares Refinery with the script that a user would write for the same runs, on one machine and
 * from one local archive. Knows the node by {@link refinery.demo.DemoNode} and its HTTP API.
 */
package refinery.sidebyside;
