/**
 * Routes for operators on the management port: the live state of entities, scheduler and agents,
 * and Prometheus metrics, beside the routes that Akka Management serves.
 */
package refinery.http.management;
