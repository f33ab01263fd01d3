package refinery.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import java.util.function.Supplier;
import refinery.storage.ObjectStore.OutOfSpaceException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/**
 * Turns exceptions of the S3 client into I/O errors in plain words. Of a request they name only the
 * key.
 */
final class S3Failures {
  private S3Failures() {}

  /**
   * @param what the first part of the message, such as "reading KEY"
   */
  static <T> T call(String what, Supplier<T> request) throws IOException {
    try {
      return request.get();
    } catch (SdkException e) {
      throw explained(what, e);
    }
  }

  static IOException explained(String what, SdkException e) {
    if (e instanceof NoSuchKeyException) {
      return new NoSuchFileException(what, null, "no such object");
    }
    if (e instanceof AbortedException || cause(e, InterruptedException.class).isPresent()) {
      InterruptedIOException stopped = new InterruptedIOException(what + ": interrupted");
      stopped.initCause(e);
      return stopped;
    }
    String message = "object storage: " + what + ": " + reason(e);
    return isFull(e) ? new OutOfSpaceException(message, e) : new IOException(message, e);
  }

  /** The reason in a few words. */
  static String reason(SdkException e) {
    if (e instanceof AwsServiceException answer) {
      return switch (code(answer)) {
        case "NoSuchBucket" -> "the bucket does not exist";
        case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken" ->
            "the credentials were not accepted (" + code(answer) + ")";
        case "AuthorizationHeaderMalformed", "PermanentRedirect" ->
            "the bucket is in another region; set " + S3Config.PREFIX + "region";
        default ->
            answer.statusCode() == 403
                ? "access is denied"
                : "the service answered " + answer.statusCode() + " " + code(answer);
      };
    }
    if (cause(e, UnknownHostException.class).isPresent()) {
      return "the name of the service cannot be resolved";
    }
    if (cause(e, ConnectException.class).isPresent()) {
      return "no connection to the service";
    }
    if (cause(e, SocketTimeoutException.class).isPresent()) {
      return "the service did not answer in time";
    }
    String message = String.valueOf(e.getMessage());
    return message.contains("credentials")
        ? "no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the"
            + " machine a role"
        : "the connection broke (" + message.lines().findFirst().orElse("") + ")";
  }

  /** True if an upload is gone because it was completed or swept. */
  static boolean isNoSuchUpload(SdkException e) {
    return e instanceof AwsServiceException answer && code(answer).equals("NoSuchUpload");
  }

  /**
   * True if the service does not find what a request names. Services answer a second completion of
   * an upload with various codes of status 404.
   */
  static boolean isNotThere(SdkException e) {
    return e instanceof AwsServiceException answer
        && answer.statusCode() == 404
        && !code(answer).equals("NoSuchBucket");
  }

  private static boolean isFull(SdkException e) {
    return e instanceof AwsServiceException answer
        && (answer.statusCode() == 507
            || code(answer).contains("StorageFull")
            || code(answer).contains("QuotaExceeded"));
  }

  private static String code(AwsServiceException e) {
    return e.awsErrorDetails() == null || e.awsErrorDetails().errorCode() == null
        ? ""
        : e.awsErrorDetails().errorCode();
  }

  private static <T extends Throwable> Optional<T> cause(Throwable e, Class<T> type) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return Optional.of(type.cast(cause));
      }
    }
    return Optional.empty();
  }
}
