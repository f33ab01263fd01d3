/**
 * How a batch's outputs were made, as a Workflow Run RO-Crate (profile Provenance Run Crate 0.5):
 * its metadata, and the zip with the pipeline's file, small outputs and logs. Pure but for {@code
 * ZipBytes}, which reads the members when they are asked for; may use protocol.
 */
package refinery.http.crate;
