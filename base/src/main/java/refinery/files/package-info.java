/** Removal of trees of files, and what programs have written. Uses no other package. */
package refinery.files;
