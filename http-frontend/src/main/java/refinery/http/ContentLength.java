package refinery.http;

import akka.http.javadsl.model.headers.ModeledCustomHeader;

/**
 * The header with the length that a GET would send, for the response to a HEAD. Akka HTTP renders
 * an entity's length only when it sends the entity, and drops a raw header of this name.
 */
final class ContentLength extends ModeledCustomHeader {
  ContentLength(long bytes) {
    super("Content-Length", Long.toString(bytes));
  }

  @Override
  public boolean renderInRequests() {
    return false;
  }

  @Override
  public boolean renderInResponses() {
    return true;
  }
}
