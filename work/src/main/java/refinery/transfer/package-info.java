/**
 * Fetches and verifies the files of a download job: one actor per attempt supervises one actor per
 * file. Owns the bytes until they are in temporary storage. May use protocol, agent, storage, and
 * archive.ncbi for {@code .sra} objects.
 */
package refinery.transfer;
