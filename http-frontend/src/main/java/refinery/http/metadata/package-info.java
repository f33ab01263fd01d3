/**
 * Tables of what archives say of a survey's batches, in the forms that other programs read. Pure
 * but for {@code MetadataExport}, which reads the batches page by page; may use protocol.
 */
package refinery.http.metadata;
