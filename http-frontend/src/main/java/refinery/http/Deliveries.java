package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import refinery.protocol.JobId;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.ReadModel.RecordedEvent;

/** Which location delivered each file of a batch, and which were tried in vain before. Pure. */
final class Deliveries {
  private Deliveries() {}

  /**
   * A file of a batch.
   *
   * @param deliveredFrom the archive; empty before the download has ended
   * @param url that delivered it, if that was recorded
   * @param places all locations, in the order in which they are tried
   */
  record Delivery(
      String name,
      String format,
      Optional<String> deliveredFrom,
      Optional<String> url,
      List<Place> places) {}

  /**
   * @param outcome {@code delivered}, {@code failed}, or {@code untried}
   * @param tries what went wrong there, oldest first
   */
  record Place(String url, String outcome, List<Try> tries) {}

  /**
   * A try in vain.
   *
   * @param at when the attempt ended; empty: it was the one that delivered from elsewhere
   */
  record Try(Optional<JobId> job, Optional<Instant> at, String message) {}

  /**
   * @param downloads jobs of the batch
   * @param events of the batch, oldest first
   */
  static List<Delivery> of(BatchView batch, List<JobView> downloads, List<RecordedEvent> events) {
    Optional<JsonNode> delivered =
        events.reversed().stream()
            .filter(event -> event.type().equals("downloaded"))
            .map(event -> event.event().path("result").path("files"))
            .findFirst()
            .filter(files -> batch.files().stream().anyMatch(f -> f.deliveredFrom().isPresent()));
    List<Try> tries = tries(batch, downloads);
    return batch.files().stream().map(file -> delivery(file, delivered, tries)).toList();
  }

  private static Delivery delivery(
      BatchView.FileView file, Optional<JsonNode> delivered, List<Try> tries) {
    Optional<String> url = delivered.flatMap(files -> url(files, file));
    return new Delivery(
        file.name(),
        file.format(),
        file.deliveredFrom(),
        url,
        file.locations().stream().map(place -> place(place, url, tries)).toList());
  }

  /** Of the file with this name; of the first, when the run came as other files. */
  private static Optional<String> url(JsonNode files, BatchView.FileView file) {
    JsonNode found = files.path(0);
    for (JsonNode each : files) {
      if (each.path("name").asText().equals(file.name())) {
        found = each;
      }
    }
    return Optional.of(found.path("url").asText()).filter(text -> !text.isEmpty());
  }

  private static Place place(String location, Optional<String> url, List<Try> tries) {
    List<Try> here = tries.stream().filter(each -> names(each.message(), location)).toList();
    String outcome =
        url.equals(Optional.of(location)) ? "delivered" : here.isEmpty() ? "untried" : "failed";
    return new Place(location, outcome, here);
  }

  /** A failure at a location ends with its address in brackets. */
  private static boolean names(String message, String location) {
    return message.contains("(" + location + ")");
  }

  /** The words of the failures, each once; an attempt's message may tell of several locations. */
  private static List<Try> tries(BatchView batch, List<JobView> downloads) {
    List<Try> tries = new ArrayList<>();
    Set<String> told = new LinkedHashSet<>();
    for (JobView job : downloads) {
      for (JobView.AttemptView attempt : job.attempts()) {
        for (String message : messages(attempt.message())) {
          told.add(message);
          tries.add(new Try(Optional.of(job.id()), attempt.finishedAt(), message));
        }
      }
    }
    for (String message : messages(batch.facts().getOrDefault("fallback_reason", ""))) {
      if (told.add(message)) {
        tries.add(new Try(Optional.empty(), Optional.empty(), message));
      }
    }
    return tries;
  }

  /** Failures are joined by {@code "; "} behind their addresses. */
  private static List<String> messages(String text) {
    return text.isEmpty() ? List.of() : List.of(text.split("(?<=\\)); "));
  }
}
