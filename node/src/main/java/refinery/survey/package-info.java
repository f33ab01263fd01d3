/** The survey entity, its pure behaviour, and the interface of sources. */
package refinery.survey;
