/**
 * The commands that try and measure Refinery. They know a node by its HTTP API, by {@link
 * refinery.demo.DemoNode} if it runs in this JVM, and as a separate program.
 */
package refinery.lab;
