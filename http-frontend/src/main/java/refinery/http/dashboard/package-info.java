/**
 * Owns the serving of the dashboard: its page for every address of a room, and its files, held in
 * memory. Holds no data and knows nothing of the API; may use Akka HTTP only.
 */
package refinery.http.dashboard;
