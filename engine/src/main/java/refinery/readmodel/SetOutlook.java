package refinery.readmodel;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import refinery.manifests.ManifestReader;
import refinery.manifests.Manifests;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchState;
import refinery.protocol.query.SetQueries.Member;

/**
 * Says in words how many members of a set are in which state, and what a person can do about those
 * that failed. An answer is kept for {@value #SHARE} times as long as it took to find, but at least
 * a second, so that large sets take only a small part of the time. Thread-safe; blocking.
 */
final class SetOutlook {
  private static final int PIECE = 2_000;
  private static final int NAMED = 3;
  private static final int KEPT = 100;
  private static final long LEAST_NANOS = Duration.ofSeconds(1).toNanos();
  private static final int SHARE = 20;

  private final Manifests manifests;
  private final Map<BatchSet, Said> said = new ConcurrentHashMap<>();

  private record Said(String words, long until) {}

  SetOutlook(Manifests manifests) {
    this.manifests = manifests;
  }

  String words(Connection connection, BatchSet set) throws SQLException {
    long now = System.nanoTime();
    Said known = said.get(set);
    if (known != null && now - known.until() < 0) {
      return known.words();
    }
    String words;
    try {
      words = new Count(set).read(connection);
    } catch (IOException e) {
      return "its list of batches cannot be read: " + e.getMessage();
    }
    if (said.size() >= KEPT) {
      said.clear();
    }
    long took = System.nanoTime() - now;
    said.put(set, new Said(words, now + took + Math.max(LEAST_NANOS, SHARE * took)));
    return words;
  }

  /** One count of a set's members. */
  private final class Count {
    private final BatchSet set;
    private final Map<BatchState, Integer> states = new EnumMap<>(BatchState.class);
    private final Map<BatchState, List<BatchId>> named = new EnumMap<>(BatchState.class);
    private final List<BatchId> without = new ArrayList<>();
    private int ready;
    private int lacking;
    private int unknown;

    Count(BatchSet set) {
      this.set = set;
    }

    String read(Connection connection) throws IOException, SQLException {
      try (ManifestReader lines = new ManifestReader(manifests.open(set.members().sha256()), 0)) {
        List<BatchId> ids = new ArrayList<>();
        for (Optional<String> line = lines.next(); line.isPresent(); line = lines.next()) {
          BatchSet.member(line.get()).ifPresent(ids::add);
          if (ids.size() == PIECE) {
            count(connection, ids);
            ids.clear();
          }
        }
        count(connection, ids);
      }
      return words();
    }

    private void count(Connection connection, List<BatchId> ids) throws SQLException {
      List<Member> members = MemberRows.members(connection, ids, set);
      unknown += ids.size() - members.size();
      for (Member member : members) {
        if (member.output().filter(MemberOutput::isThere).isPresent()) {
          ready++;
        } else if (member.state() == BatchState.DONE) {
          lacking++;
          name(without, member.batch());
        } else {
          states.merge(member.state(), 1, Integer::sum);
          name(named.computeIfAbsent(member.state(), each -> new ArrayList<>()), member.batch());
        }
      }
    }

    private void name(List<BatchId> names, BatchId batch) {
      if (names.size() < NAMED) {
        names.add(batch);
      }
    }

    private String words() {
      List<String> parts = new ArrayList<>();
      parts.add(ready + " of " + set.members().count() + " are done");
      states.forEach((state, count) -> parts.add(count + " " + state.word() + todo(state, count)));
      if (lacking > 0) {
        parts.add(lacking + " done without it (" + listed(without, lacking) + ")");
      }
      if (unknown > 0) {
        parts.add(unknown + " unknown");
      }
      return String.join(", ", parts);
    }

    /** What a person can do about the members in this state. */
    private String todo(BatchState state, int count) {
      return switch (state) {
        case FAILED, CANCELLED, PLANNED -> ": refinery retry " + listed(named.get(state), count);
        case QUEUED, DOWNLOADING, DOWNLOADED, PROCESSING, DONE -> "";
      };
    }

    private static String listed(List<BatchId> names, int count) {
      String all = String.join(" ", names.stream().map(BatchId::value).toList());
      return names.size() < count ? all + " ..." : all;
    }
  }
}
