package refinery.testing;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobProviderMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** A real S3 server (s3proxy) that keeps its objects in a directory and checks signatures. */
public final class S3Server implements AutoCloseable {
  public static final String BUCKET = "refinery-test";

  private final String identity = "key" + UUID.randomUUID().toString().substring(0, 8);
  private final String secret = UUID.randomUUID().toString();
  private final BlobStoreContext context;
  private final S3Proxy server;

  private S3Server(Path directory, int port) throws Exception {
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", directory.toString());
    context =
        ContextBuilder.newBuilder(new FilesystemNio2BlobProviderMetadata())
            .credentials(identity, secret)
            .overrides(properties)
            .build(BlobStoreContext.class);
    server =
        S3Proxy.builder()
            .blobStore(context.getBlobStore())
            .endpoint(URI.create("http://127.0.0.1:" + port))
            .awsAuthentication(AuthenticationType.AWS_V4, identity, secret)
            .ignoreUnknownHeaders(true)
            // It holds a signed request of plain http in memory: as much as a part has.
            .v4MaxNonChunkedRequestSize(64 << 20)
            .build();
  }

  /** Starts a server with one empty bucket. */
  public static S3Server start(Path directory) throws Exception {
    return start(directory, 0);
  }

  private static S3Server start(Path directory, int port) throws Exception {
    S3Server started = new S3Server(Files.createDirectories(directory), port);
    started.server.start();
    started.context.getBlobStore().createContainerInLocation(null, BUCKET);
    return started;
  }

  public int port() {
    return server.getPort();
  }

  public String identity() {
    return identity;
  }

  public String secret() {
    return secret;
  }

  public URI endpoint() {
    return URI.create("http://127.0.0.1:" + port());
  }

  /** The environment that gives a node its credentials. */
  public Map<String, String> environment() {
    return Map.of("AWS_ACCESS_KEY_ID", identity, "AWS_SECRET_ACCESS_KEY", secret);
  }

  /** A client that knows nothing of our store. */
  public S3Client client() {
    return S3Client.builder()
        .region(Region.US_EAST_1)
        .endpointOverride(endpoint())
        .forcePathStyle(true)
        .credentialsProvider(
            StaticCredentialsProvider.create(AwsBasicCredentials.create(identity, secret)))
        .httpClientBuilder(Apache5HttpClient.builder())
        .build();
  }

  /** For use by hand: {@code S3Server DIRECTORY PORT} serves until it is killed. */
  public static void main(String[] arguments) throws Exception {
    S3Server server = start(Path.of(arguments[0]), Integer.parseInt(arguments[1]));
    System.out.println(
        "endpoint "
            + server.endpoint()
            + "\nexport AWS_ACCESS_KEY_ID="
            + server.identity()
            + " AWS_SECRET_ACCESS_KEY="
            + server.secret());
    Thread.currentThread().join();
  }

  @Override
  public void close() throws Exception {
    server.stop();
    context.close();
  }
}
