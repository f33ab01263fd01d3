/**
 * Schedules: when they come due, what they do then, and how their surveys went. Pure; the actor is
 * {@code refinery.entity.EntityActor}.
 */
package refinery.schedule;
