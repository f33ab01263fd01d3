/**
 * The actor that all entities share: it persists what a pure {@link refinery.entity.Logic} decides,
 * performs the effects and repeats what is outstanding. Knows no particular kind of entity.
 */
package refinery.entity;
