package refinery.archive.refseq;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.archive.AnswerText;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.MalformedAnswer;
import refinery.archive.Reply;
import refinery.archive.Slug;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.source.Source.SourceException;

/** Asks NCBI's file server for assemblies. Blocking, thread-safe. */
final class RefSeqArchive {
  private static final Pattern LINK = Pattern.compile("href=\"([^\"/?]{1,200})/?\"");
  private static final Pattern SUM =
      Pattern.compile("([0-9a-f]{32})\\s+\\*?(?:\\./)?([A-Za-z0-9_][A-Za-z0-9._+-]{0,199})");
  private static final Pattern REMARK = Pattern.compile("#\\s*([A-Za-z][A-Za-z -]{1,60}):(.*)");

  private final String genomes;
  private final ArchiveHttp http;

  RefSeqArchive(String genomes, ArchiveHttp http) {
    this.genomes = genomes;
    this.http = http;
  }

  ArchivesConfig.Limits limits() {
    return http.limits();
  }

  AssemblyAccession.Directory directory(AssemblyAccession accession)
      throws SourceException, InterruptedException {
    String address = genomes + "/" + accession.path() + "/";
    Reply<List<String>> reply =
        http.get(URI.create(address), "text/html", body -> links(AnswerText.of(body, limits())));
    Optional<AssemblyAccession.Directory> directory =
        reply instanceof Reply.Absent<List<String>>
            ? Optional.empty()
            : accession.choose(need(reply, address));
    return directory.orElseThrow(
        () -> absent("NCBI has no assembly " + accession + " (looked in " + address + ")"));
  }

  /** The address of a directory's files, without a trailing slash. */
  String address(AssemblyAccession accession, AssemblyAccession.Directory directory) {
    return genomes + "/" + accession.path() + "/" + directory.name();
  }

  /** The MD5s that a directory states, by file name. */
  Map<String, String> sums(String address) throws SourceException, InterruptedException {
    String file = address + "/md5checksums.txt";
    return need(http.get(URI.create(file), "text/plain", body -> sums(text(body))), file);
  }

  /** The values of the assembly's report, by the report's own names. */
  Map<String, String> report(String address, AssemblyAccession.Directory directory)
      throws SourceException, InterruptedException {
    String file = address + "/" + directory.name() + "_assembly_report.txt";
    return need(http.get(URI.create(file), "text/plain", body -> remarks(text(body))), file);
  }

  /** The location of a file, which must be among the directory's checksums. */
  Location locate(String address, String name, String format, Map<String, String> sums)
      throws SourceException, InterruptedException {
    String md5 = sums.get(name);
    if (md5 == null) {
      throw absent("there is no " + name + " in " + address);
    }
    String url = address + "/" + name;
    ArchiveHttp.Head head = need(http.head(URI.create(url)), url);
    return new Location(
        RefSeqSource.NAME,
        url,
        format,
        head.length().map(OptionalLong::of).orElse(OptionalLong.empty()),
        Optional.of(Location.Checksum.md5(md5)));
  }

  private AnswerText text(java.io.InputStream body) {
    return AnswerText.of(body, limits());
  }

  private static List<String> links(AnswerText text) throws IOException {
    List<String> names = new ArrayList<>();
    for (String line = text.line(); line != null; line = text.line()) {
      Matcher matcher = LINK.matcher(line);
      while (matcher.find()) {
        names.add(matcher.group(1));
      }
    }
    return names;
  }

  private static Map<String, String> sums(AnswerText text) throws IOException, MalformedAnswer {
    Map<String, String> sums = new LinkedHashMap<>();
    for (String line = text.line(); line != null; line = text.line()) {
      Matcher matcher = SUM.matcher(line.strip());
      if (matcher.matches()) {
        sums.put(matcher.group(2), matcher.group(1));
      } else if (line.stripLeading().startsWith("<")) {
        throw new MalformedAnswer("a web page instead of md5checksums.txt");
      }
    }
    return sums;
  }

  private static Map<String, String> remarks(AnswerText text) throws IOException, MalformedAnswer {
    Map<String, String> remarks = new LinkedHashMap<>();
    for (String line = text.line(); line != null && line.startsWith("#"); line = text.line()) {
      Matcher matcher = REMARK.matcher(line);
      String value = matcher.matches() ? Slug.metadata(matcher.group(2)) : "";
      if (!value.isEmpty()) {
        remarks.putIfAbsent(matcher.group(1).strip(), value);
      }
    }
    if (!remarks.containsKey("Organism name")) {
      throw new MalformedAnswer("an assembly report without 'Organism name'");
    }
    return remarks;
  }

  private static SourceException absent(String message) {
    return new SourceException(Failure.of(FailureClass.ABSENT, message));
  }

  private static <T> T need(Reply<T> reply, String what) throws SourceException {
    if (reply instanceof Reply.Ok<T> ok) {
      return ok.value();
    }
    Failure failure = Reply.failure(reply);
    throw new SourceException(
        new Failure(failure.failureClass(), what + ": " + failure.message(), ""));
  }
}
