/**
 * Unpacks deflate (RFC 1951): with Intel's ISA-L if its library is installed and the JDK can call
 * it, otherwise with the JDK's own zlib. Both give the same bytes and detect the same damage.
 */
package refinery.gzip;
