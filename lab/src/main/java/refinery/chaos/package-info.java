/**
 * Tests that a cluster loses nothing: several real nodes on this machine, a real PostgreSQL, real
 * jobs with outputs, and a seeded schedule of faults. {@code refinery.chaos.check} judges the
 * result and shares no code with the engine.
 */
package refinery.chaos;
