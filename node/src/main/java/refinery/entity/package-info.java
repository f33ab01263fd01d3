/**
 * The thin actor shared by all entities: persists what a pure {@link refinery.entity.Logic}
 * decides, performs its effects, repeats what is outstanding. Knows no particular entity.
 */
package refinery.entity;
