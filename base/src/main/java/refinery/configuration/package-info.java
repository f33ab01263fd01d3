/**
 * Reads the configuration (HOCON) from conf/, a file, the environment and --set, and refuses
 * unknown keys.
 */
package refinery.configuration;
