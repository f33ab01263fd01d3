package refinery.storage;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Sends a file in one request, or in parts of which several are sent at once. The file becomes
 * visible as a whole or not at all. After a failure the upload is aborted; after a crash a sweeper
 * removes it.
 */
final class S3Upload {
  private static final Logger LOG = LoggerFactory.getLogger(S3Upload.class);
  private static final String TYPE = "application/octet-stream";
  private static final int MOST_PARTS = 10_000;
  private static final long MIB = 1L << 20;

  private final S3Client client;
  private final String bucket;
  private final String name;
  private final int parallel;

  S3Upload(S3Client client, String bucket, String name, int parallel) {
    this.client = client;
    this.bucket = bucket;
    this.name = name;
    this.parallel = parallel;
  }

  /** The configured size of a part in bytes, or more if the file would have too many parts. */
  static long partSize(long configured, long size) {
    long least = (size + MOST_PARTS - 1) / MOST_PARTS;
    return Math.max(configured, (least + MIB - 1) / MIB * MIB);
  }

  void send(List<FilePart> parts) throws IOException {
    if (parts.size() == 1) {
      whole(parts.getFirst());
      return;
    }
    String id =
        S3Failures.call(
            "storing " + name,
            () ->
                client
                    .createMultipartUpload(
                        request ->
                            request
                                .bucket(bucket)
                                .key(name)
                                .contentType(TYPE)
                                .checksumAlgorithm(ChecksumAlgorithm.SHA256))
                    .uploadId());
    boolean complete = false;
    try {
      complete(id, uploaded(id, parts));
      complete = true;
    } finally {
      if (!complete) {
        abort(id);
      }
    }
  }

  private void whole(FilePart file) throws IOException {
    try {
      S3Failures.call(
          "storing " + name,
          () ->
              client.putObject(
                  request ->
                      request
                          .bucket(bucket)
                          .key(name)
                          .contentType(TYPE)
                          .checksumSHA256(file.checksum()),
                  RequestBody.fromContentProvider(file, file.length(), TYPE)));
    } finally {
      file.close();
    }
    try {
      file.requireUnchanged();
    } catch (IOException e) {
      S3Failures.call(
          "removing " + name,
          () -> client.deleteObject(request -> request.bucket(bucket).key(name)));
      throw e;
    }
  }

  private List<CompletedPart> uploaded(String id, List<FilePart> parts) throws IOException {
    ExecutorService executor =
        Executors.newFixedThreadPool(
            Math.min(parallel, parts.size()),
            Thread.ofPlatform().name("storage-upload-", 0).daemon().factory());
    try {
      List<Future<CompletedPart>> running = new ArrayList<>();
      for (int i = 0; i < parts.size(); i++) {
        int number = i + 1;
        FilePart part = parts.get(i);
        running.add(executor.submit(() -> part(id, number, part)));
      }
      List<CompletedPart> completed = new ArrayList<>();
      for (Future<CompletedPart> part : running) {
        completed.add(part.get());
      }
      return completed;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("storing " + name + ": interrupted");
    } finally {
      // An upload can be aborted for good only when no part is being sent any more.
      executor.shutdownNow();
      executor.close();
    }
  }

  private CompletedPart part(String id, int number, FilePart part) throws IOException {
    try {
      UploadPartResponse answer =
          S3Failures.call(
              "storing part " + number + " of " + name,
              () ->
                  client.uploadPart(
                      request ->
                          request
                              .bucket(bucket)
                              .key(name)
                              .uploadId(id)
                              .partNumber(number)
                              .checksumSHA256(part.checksum()),
                      RequestBody.fromContentProvider(part, part.length(), TYPE)));
      part.requireUnchanged();
      return CompletedPart.builder()
          .partNumber(number)
          .eTag(answer.eTag())
          .checksumSHA256(answer.checksumSHA256())
          .build();
    } finally {
      part.close();
    }
  }

  /**
   * Completes the upload. If it is gone, an earlier answer may have been lost, so it looks whether
   * the object is there.
   */
  private void complete(String id, List<CompletedPart> parts) throws IOException {
    try {
      client.completeMultipartUpload(
          request ->
              request
                  .bucket(bucket)
                  .key(name)
                  .uploadId(id)
                  .multipartUpload(upload -> upload.parts(parts)));
    } catch (SdkException e) {
      if (!S3Failures.isNotThere(e)) {
        throw S3Failures.explained("completing " + name, e);
      }
      requireThere();
    }
  }

  private void requireThere() throws IOException {
    try {
      client.headObject(request -> request.bucket(bucket).key(name));
    } catch (NoSuchKeyException e) {
      throw new IOException(
          "object storage: storing " + name + ": its upload was removed before it was complete", e);
    } catch (SdkException e) {
      throw S3Failures.explained("completing " + name, e);
    }
  }

  /**
   * Aborts the upload. Clears the interrupt flag meanwhile, since the client refuses to work on an
   * interrupted thread.
   */
  private void abort(String id) {
    boolean interrupted = Thread.interrupted();
    try {
      client.abortMultipartUpload(request -> request.bucket(bucket).key(name).uploadId(id));
    } catch (SdkException e) {
      if (S3Failures.isNoSuchUpload(e)) {
        return;
      }
      LOG.warn("an upload is left for the sweeper: {}", S3Failures.reason(e));
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
