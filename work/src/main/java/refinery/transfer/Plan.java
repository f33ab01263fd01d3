package refinery.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;

/** One way to get a group of files that must come from the same place. */
sealed interface Plan {

  /** Fetches each file from its own location. */
  record Direct(Map<SourceFile, Location> locations) implements Plan {}

  /** Takes all files out of one SRA archive. */
  record Archive(Location location) implements Plan {}

  /**
   * Files that are fetched all or none.
   *
   * @param reads true for the reads of a run
   * @param plans in the order in which they are tried
   */
  record Group(List<SourceFile> files, boolean reads, List<Plan> plans) {
    public Group {
      files = List.copyOf(files);
      plans = List.copyOf(plans);
    }
  }

  /**
   * Splits files into groups. The read files of a run are one group, so that its mates never come
   * from two mirrors; an SRA archive that a batch names instead of reads is such a group too. Every
   * other file is a group of its own. All files of a group move on to the next location together.
   * The SRA archive of a run, which holds all its reads, is tried once, as the last plan.
   */
  static List<Group> groups(List<SourceFile> files) {
    List<SourceFile> reads =
        files.stream()
            .filter(file -> Content.of(file.format()) == Content.FASTQ_GZ)
            .filter(file -> ReadSet.isReads(file.name()))
            .toList();
    List<Group> groups = new ArrayList<>();
    if (!reads.isEmpty()) {
      groups.add(new Group(reads, true, plans(reads, true)));
    }
    for (SourceFile file : files) {
      if (Content.of(file.format()) == Content.SRA) {
        groups.add(new Group(List.of(file), true, plans(List.of(file), true)));
      } else if (!reads.contains(file)) {
        groups.add(new Group(List.of(file), false, plans(List.of(file), false)));
      }
    }
    return groups;
  }

  private static List<Plan> plans(List<SourceFile> files, boolean reads) {
    Map<SourceFile, List<Location>> direct = new LinkedHashMap<>();
    for (SourceFile file : files) {
      direct.put(
          file,
          file.locations().stream()
              .filter(location -> !reads || Content.of(location.format()) != Content.SRA)
              .toList());
    }
    int ranks = direct.values().stream().mapToInt(List::size).min().orElse(0);
    List<Plan> plans = new ArrayList<>();
    for (int rank = 0; rank < ranks; rank++) {
      Map<SourceFile, Location> chosen = new LinkedHashMap<>();
      for (Map.Entry<SourceFile, List<Location>> entry : direct.entrySet()) {
        chosen.put(entry.getKey(), entry.getValue().get(rank));
      }
      plans.add(new Direct(chosen));
    }
    if (reads) {
      files.stream()
          .flatMap(file -> file.locations().stream())
          .filter(location -> Content.of(location.format()) == Content.SRA)
          .map(Location::url)
          .distinct()
          .forEach(
              url ->
                  plans.add(
                      new Archive(
                          files.stream()
                              .flatMap(file -> file.locations().stream())
                              .filter(location -> location.url().equals(url))
                              .findFirst()
                              .orElseThrow())));
    }
    return plans;
  }
}
