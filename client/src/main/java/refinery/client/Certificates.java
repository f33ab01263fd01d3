package refinery.client;

import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import refinery.certificates.Pem;
import refinery.certificates.Trust;

/** Whose certificates a client believes. */
final class Certificates {
  private Certificates() {}

  /**
   * @param authority file of the one authority that is believed (PEM); empty: those of the JDK
   * @throws CommandFailure when the file is no certificate
   */
  static HttpClient.Builder believing(Optional<Path> authority) {
    HttpClient.Builder builder = HttpClient.newBuilder();
    if (authority.isEmpty()) {
      return builder;
    }
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, Trust.only(Pem.certificate(authority.get())), null);
      return builder.sslContext(context);
    } catch (IOException | GeneralSecurityException e) {
      throw CommandFailure.usage("--authority: " + e.getMessage());
    }
  }
}
