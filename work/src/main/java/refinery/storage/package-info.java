/** Temporary and permanent object storage behind one interface. Owns bytes; knows no jobs. */
package refinery.storage;
