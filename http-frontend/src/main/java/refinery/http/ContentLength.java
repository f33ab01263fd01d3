package refinery.http;

import akka.http.javadsl.model.headers.ModeledCustomHeader;

/**
 * The length of what a GET would send, for the answer to a HEAD: Akka HTTP renders the length of an
 * entity only when it sends the entity, and drops a raw header of this name.
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
