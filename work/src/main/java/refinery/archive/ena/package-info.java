/**
 * The European Nucleotide Archive as a source of sequencing runs. Pure parsing ({@code EnaRows},
 * {@code EnaRun}, {@code RunSelection}) apart from asking ({@code EnaPortal}).
 */
package refinery.archive.ena;
