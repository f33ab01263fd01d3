/** Starts nodes as separate programs, which tests can kill. Knows no other package. */
package refinery.program;
