package refinery.localarchive;

import java.io.IOException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Chooses the archive that answers a path. Thread-safe, blocking. */
final class Routes {
  private static final Pattern SPECIES_TABLE = Pattern.compile(".*/(species_Ensembl\\w+\\.txt)");
  private static final Pattern ENA_SRA = Pattern.compile("/vol1/[sed]rr/.*/([SED]RR[0-9]{6,9})");
  private static final Pattern STUDY_INFO =
      Pattern.compile("/biostudies/api/v1/studies/[^/]+/info");

  private final FileTree files;
  private final EnaPortal ena;
  private final NcbiPortal ncbi;
  private final EnsemblRest ensembl;
  private final SampleRecords samples;
  private final ProjectAssets assets;

  Routes(FileTree files, String address) throws IOException {
    Runs runs = Runs.read(files);
    this.files = files;
    this.ena = new EnaPortal(runs);
    this.ncbi = new NcbiPortal(runs, files, address);
    this.ensembl = new EnsemblRest(files);
    this.samples = new SampleRecords(runs);
    this.assets = new ProjectAssets(files);
  }

  Reply answer(Request request, boolean wrongSums) throws IOException {
    String path = request.path();
    return switch (path) {
      case "/ena/portal/api/filereport" -> ena.filereport(request, wrongSums);
      case "/ena/portal/api/search" -> ena.search(request, wrongSums);
      case "/ena/portal/api/count" -> ena.count(request);
      case "/ena/portal/api/returnFields" -> ena.returnFields();
      case "/entrez/eutils/esearch.fcgi" -> ncbi.search(request);
      case "/entrez/eutils/efetch.fcgi" -> ncbi.fetch(request, wrongSums);
      case "/sdl/2/retrieve" -> ncbi.locate(request, wrongSums);
      case "/geo/query/acc.cgi" -> samples.geo(request);
      case "/index/catalogs" -> fixed("api/hca/catalogs.json");
      default -> byPrefix(request, path);
    };
  }

  private Reply byPrefix(Request request, String path) throws IOException {
    if (path.startsWith("/info/")) {
      return ensembl.info(request, path);
    }
    Matcher enaCopy = ENA_SRA.matcher(path);
    if (enaCopy.matches()) {
      return files.serve(request, "/sra/" + enaCopy.group(1) + "/" + enaCopy.group(1));
    }
    Matcher table = SPECIES_TABLE.matcher(path);
    if (path.startsWith("/pub/") && table.matches() && !files.exists(path)) {
      return files.serve(request, "/api/ensembl/" + table.group(1));
    }
    if (ProjectAssets.serves(path)) {
      return assets.answer(request, path);
    }
    if (path.startsWith("/genomes/all/")) {
      return files.serveOrList(request, path);
    }
    if (path.matches("/(sra|vol1|pub|malformed)/.*")) {
      return files.serve(request, path);
    }
    if (path.startsWith("/index/projects/")) {
      return fixed("api/hca/index_project.json");
    }
    if (STUDY_INFO.matcher(path).matches()) {
      return fixed("api/arrayexpress/biostudies_info.json");
    }
    return samples.table(path).orElseGet(() -> Reply.json(404, Map.of("error", "page not found")));
  }

  private Reply fixed(String path) throws IOException {
    return files.exists(path)
        ? Reply.of(200, Reply.JSON, files.read(path))
        : Reply.json(404, Map.of("error", "page not found"));
  }
}
