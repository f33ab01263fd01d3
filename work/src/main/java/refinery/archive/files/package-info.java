/**
 * The users' own reads as a source: a table of paths and addresses. Also decides which directories
 * and hosts may be read for it; downloads ask it again.
 */
package refinery.archive.files;
