/**
 * The survey entity: searches a source by a job of its own, and has every batch that it finds
 * refined.
 */
package refinery.survey;
