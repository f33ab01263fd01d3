/** Reads HOCON from conf/, files, --set and the environment; refuses what nothing reads. */
package refinery.configuration;
