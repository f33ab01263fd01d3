package refinery.storage;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.configuration.ConfigurationException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.Part;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects in a bucket of an S3-compatible service, named as {@link S3Place} says. Thread-safe, also
 * between nodes. Every put writes under a name of its own and is visible as a whole or not at all;
 * the youngest put of a key is the object, and older ones are removed. Needs a service with
 * consistent listings, as AWS has.
 */
final class S3ObjectStore implements ObjectStore {
  private static final Logger LOG = LoggerFactory.getLogger(S3ObjectStore.class);

  /** The largest object that one request can copy, in bytes (S3 protocol). */
  private static final long LARGEST_COPY = 5L << 30;

  private static final Comparator<Put> AGE =
      Comparator.comparing(Put::modifiedAt).thenComparing(Put::name);

  private final S3Client client;
  private final S3Place place;
  private final S3Config config;

  S3ObjectStore(S3Client client, S3Place place, S3Config config) {
    this.client = client;
    this.place = place;
    this.config = config;
  }

  /** What one put has stored. */
  private record Put(String name, long size, Instant modifiedAt) {
    static Put of(S3Object object) {
      return new Put(object.key(), object.size(), object.lastModified());
    }
  }

  /**
   * Lists, writes, reads and removes an object once, so that a wrong bucket or credential stops the
   * start of the node instead of failing its first job.
   *
   * @param key of the configuration, for the message
   */
  void check(String key) {
    String name = place.prefix() + "probe/" + UUID.randomUUID();
    try {
      client.listObjectsV2(
          request -> request.bucket(place.bucket()).prefix(place.prefix()).maxKeys(1));
      client.putObject(
          request -> request.bucket(place.bucket()).key(name), RequestBody.fromString("probe"));
      client.getObjectAsBytes(request -> request.bucket(place.bucket()).key(name));
      client.deleteObject(request -> request.bucket(place.bucket()).key(name));
    } catch (SdkException e) {
      throw new ConfigurationException(
          "%s = \"%s\"%s: %s"
              .formatted(
                  key,
                  place,
                  config.endpoint().map(endpoint -> " at " + endpoint).orElse(""),
                  S3Failures.reason(e)));
    }
  }

  @Override
  public StoredObject put(String namespace, Path file, boolean consume) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("cannot be stored, not a regular file: " + file);
    }
    long partSize = S3Upload.partSize(config.partSize(), Files.size(file));
    FilePart.Parts parts = FilePart.split(file, partSize);
    ObjectKey key = new ObjectKey(namespace, parts.sha256());
    String name = place.fresh(key);
    new S3Upload(client, place.bucket(), name, config.parallelParts()).send(parts.parts());
    removeOlder(key);
    if (consume) {
      Files.delete(file);
    }
    return new StoredObject(key.text(), parts.sha256(), parts.size());
  }

  /**
   * Removes all puts but the youngest. Every node sees the same order, so none removes the
   * youngest.
   */
  private void removeOlder(ObjectKey key) throws IOException {
    List<Put> puts = puts(key);
    for (Put older : puts.subList(0, Math.max(0, puts.size() - 1))) {
      remove(older.name());
    }
  }

  /** The puts of a key, the oldest first. */
  private List<Put> puts(ObjectKey key) throws IOException {
    List<Put> puts = new ArrayList<>();
    objects(place.folder(key), object -> puts.add(Put.of(object)));
    puts.sort(AGE);
    return puts;
  }

  private Optional<Put> youngest(ObjectKey key) throws IOException {
    List<Put> puts = puts(key);
    return puts.isEmpty() ? Optional.empty() : Optional.of(puts.getLast());
  }

  /** Repeats when a younger put replaces the one that it reads, or when that one is damaged. */
  @Override
  public void materialise(String text, Path target) throws IOException {
    ObjectKey key = ObjectKey.parse(text);
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
    Optional<String> damage = Optional.empty();
    for (int tries = 0; tries < config.maxTries(); tries++) {
      Optional<Put> put = youngest(key);
      if (put.isEmpty()) {
        break;
      }
      try {
        Optional<String> wrong = wrongDigest(key, put.get(), target);
        if (wrong.isEmpty()) {
          Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r--r--r--"));
          return;
        }
        setAside(key, put.get());
        damage = wrong;
      } catch (NoSuchFileException e) {
        LOG.debug("{} was replaced while it was read", text);
      }
    }
    if (damage.isPresent()) {
      throw new DamagedObjectException(
          "object %s in %s is damaged (its bytes have the digest %s); it was set aside below %s"
              .formatted(text, place, damage.get(), place + "damaged/"));
    }
    throw new NoSuchFileException(text, null, "no such object in " + place);
  }

  /**
   * Reads the bytes and returns their digest if it is wrong. Wrong bytes are read a second time,
   * since the network may have damaged them.
   */
  private Optional<String> wrongDigest(ObjectKey key, Put put, Path target) throws IOException {
    String found = fetched(put, target);
    if (!found.equals(key.sha256())) {
      Files.delete(target);
      found = fetched(put, target);
    }
    if (found.equals(key.sha256())) {
      return Optional.empty();
    }
    Files.delete(target);
    return Optional.of(found);
  }

  private String fetched(Put put, Path target) throws IOException {
    boolean complete = false;
    try {
      String digest = download(put).toFile(target, put.size());
      complete = true;
      return digest;
    } catch (IOException e) {
      throw LocalObjectStore.isOutOfSpace(e)
          ? new OutOfSpaceException("no space left for " + target, e)
          : e;
    } finally {
      if (!complete) {
        Files.deleteIfExists(target);
      }
    }
  }

  private S3Download download(Put put) {
    return new S3Download(client, place.bucket(), put.name(), config.maxTries());
  }

  /**
   * Moves a damaged put aside; one that is too large to be copied in one request is only removed.
   */
  private void setAside(ObjectKey key, Put put) throws IOException {
    if (put.size() <= LARGEST_COPY) {
      S3Failures.call(
          "setting aside " + put.name(),
          () ->
              client.copyObject(
                  request ->
                      request
                          .sourceBucket(place.bucket())
                          .sourceKey(put.name())
                          .destinationBucket(place.bucket())
                          .destinationKey(place.damaged(key))));
    }
    remove(put.name());
  }

  @Override
  public Optional<SeekableByteChannel> open(String key) throws IOException {
    return youngest(ObjectKey.parse(key))
        .map(put -> new S3Channel(download(put), put.size(), config.readWindow()));
  }

  @Override
  public void list(Consumer<Listed> consumer) throws IOException {
    Grouping grouping = new Grouping(consumer);
    objects(place.prefix() + "objects/", grouping::accept);
    objects(place.prefix() + "spaces/", grouping::accept);
    grouping.end();
    for (MultipartUpload upload : uploads()) {
      listed(upload).ifPresent(consumer);
    }
  }

  /** Joins the puts of a key, which a listing names one after the other, to one object. */
  private final class Grouping {
    private final Consumer<Listed> consumer;
    private Optional<Listed> last = Optional.empty();

    Grouping(Consumer<Listed> consumer) {
      this.consumer = consumer;
    }

    void accept(S3Object object) {
      Optional<ObjectKey> key = place.object(object.key());
      if (key.isEmpty()) {
        return;
      }
      Listed next = new Listed(key.get().text(), object.size(), object.lastModified(), false);
      if (last.isPresent() && last.get().key().equals(next.key())) {
        if (last.get().modifiedAt().isBefore(next.modifiedAt())) {
          last = Optional.of(next);
        }
      } else {
        end();
        last = Optional.of(next);
      }
    }

    void end() {
      last.ifPresent(consumer);
      last = Optional.empty();
    }
  }

  private void objects(String prefix, Consumer<S3Object> consumer) throws IOException {
    boolean whole =
        S3Failures.call(
            "listing " + place,
            () -> {
              boolean named = true;
              for (ListObjectsV2Response page :
                  client.listObjectsV2Paginator(
                      request -> request.bucket(place.bucket()).prefix(prefix))) {
                named &= page.name() != null;
                page.contents().forEach(consumer);
              }
              return named;
            });
    // An answer without a body must not be taken for an empty listing.
    if (!whole) {
      throw new IOException("object storage: listing " + place + ": the answer was no listing");
    }
  }

  private List<MultipartUpload> uploads() throws IOException {
    return S3Failures.call(
        "listing the uploads of " + place,
        () ->
            client
                .listMultipartUploadsPaginator(
                    request -> request.bucket(place.bucket()).prefix(place.prefix()))
                .uploads()
                .stream()
                .filter(upload -> place.object(upload.key()).isPresent())
                .toList());
  }

  /**
   * An unfinished upload, as old as its youngest part; empty when it was completed or aborted
   * meanwhile.
   */
  private Optional<Listed> listed(MultipartUpload upload) throws IOException {
    String key = new S3Place.Unfinished(upload.key(), upload.uploadId()).key();
    try {
      List<Part> parts =
          client
              .listPartsPaginator(
                  request ->
                      request.bucket(place.bucket()).key(upload.key()).uploadId(upload.uploadId()))
              .parts()
              .stream()
              .toList();
      long size = parts.stream().mapToLong(Part::size).sum();
      Instant youngest =
          parts.stream()
              .flatMap(part -> Optional.ofNullable(part.lastModified()).stream())
              .max(Comparator.naturalOrder())
              .filter(instant -> instant.isAfter(upload.initiated()))
              .orElse(upload.initiated());
      return Optional.of(new Listed(key, size, youngest, true));
    } catch (SdkException e) {
      if (S3Failures.isNoSuchUpload(e)) {
        return Optional.empty();
      }
      throw S3Failures.explained("listing the parts of " + upload.key(), e);
    }
  }

  @Override
  public void delete(String key) throws IOException {
    if (key.startsWith(S3Place.STAGING)) {
      abort(place.unfinished(key));
      return;
    }
    for (Put put : puts(ObjectKey.parse(key))) {
      remove(put.name());
    }
  }

  @Override
  public boolean deleteUnlessRenewed(String key, Instant since) throws IOException {
    if (key.startsWith(S3Place.STAGING)) {
      return abort(place.unfinished(key));
    }
    List<Put> puts = puts(ObjectKey.parse(key));
    boolean all = !puts.isEmpty();
    for (Put put : puts) {
      if (put.modifiedAt().isAfter(since)) {
        all = false;
      } else {
        remove(put.name());
      }
    }
    return all;
  }

  private void remove(String name) throws IOException {
    S3Failures.call(
        "removing " + name,
        () -> client.deleteObject(request -> request.bucket(place.bucket()).key(name)));
  }

  private boolean abort(S3Place.Unfinished upload) throws IOException {
    try {
      client.abortMultipartUpload(
          request -> request.bucket(place.bucket()).key(upload.name()).uploadId(upload.uploadId()));
      return true;
    } catch (SdkException e) {
      if (S3Failures.isNoSuchUpload(e)) {
        return false;
      }
      throw S3Failures.explained("aborting the upload of " + upload.name(), e);
    }
  }

  /** A service does not tell how much space it has. */
  @Override
  public long free() {
    return Long.MAX_VALUE;
  }
}
