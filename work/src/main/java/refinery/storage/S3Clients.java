package refinery.storage;

import refinery.configuration.ConfigurationException;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.core.SdkSystemSetting;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** Makes the S3 client that both stores of a node share. */
final class S3Clients {
  /** The region to name to a private service, which has no regions. */
  private static final Region ANY = Region.US_EAST_1;

  private S3Clients() {}

  /**
   * Opens a client without its automatic checksums, which not every service understands. This
   * package sends checksums itself, and verifies the whole object when it is read.
   */
  static S3Client open(S3Config config) {
    return open(config, DefaultCredentialsProvider.builder().build());
  }

  static S3Client open(S3Config config, AwsCredentialsProvider credentials) {
    S3ClientBuilder builder =
        S3Client.builder()
            .region(region(config))
            .credentialsProvider(credentials)
            .forcePathStyle(config.pathStyle())
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
            .overrideConfiguration(
                override ->
                    override.retryStrategy(
                        DefaultRetryStrategy.standardStrategyBuilder()
                            .maxAttempts(config.maxTries())
                            .build()))
            .httpClientBuilder(
                Apache5HttpClient.builder()
                    .maxConnections(config.maxConnections())
                    .connectionTimeout(config.connectTimeout())
                    .connectionAcquisitionTimeout(config.stallTimeout())
                    .socketTimeout(config.stallTimeout()));
    config.endpoint().ifPresent(builder::endpointOverride);
    return builder.build();
  }

  private static Region region(S3Config config) {
    if (config.region().isPresent()) {
      return Region.of(config.region().get());
    }
    if (config.endpoint().isPresent()) {
      return SdkSystemSetting.AWS_REGION.getStringValue().map(Region::of).orElse(ANY);
    }
    try {
      return DefaultAwsRegionProviderChain.builder().build().getRegion();
    } catch (SdkException e) {
      throw new ConfigurationException(
          S3Config.PREFIX + "region is not set, nor AWS_REGION; name the bucket's region");
    }
  }
}
