package refinery.http;

import java.util.Optional;
import refinery.http.access.Issuer;
import refinery.http.access.Sessions;
import refinery.http.access.Tokens;

/**
 * What a node takes as proof of who somebody is; the same for the API and the management endpoint.
 *
 * @param local asked of requests that run commands while no tokens are configured
 * @param issuer whose tokens are accepted, too
 */
public record Credentials(
    Tokens tokens, Optional<LocalToken> local, Sessions sessions, Optional<Issuer> issuer) {}
