/** Finds what nobody is moving and gets it moved. Owns no truth. */
package refinery.foreman;
