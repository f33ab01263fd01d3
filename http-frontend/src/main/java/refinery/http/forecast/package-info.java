/**
 * Forecasts what a survey's work takes: disk, time at the cluster's present size, and money. Pure,
 * but for the reading of the prices; may use protocol and the configuration.
 */
package refinery.http.forecast;
