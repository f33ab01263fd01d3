package refinery.localarchive;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import refinery.protocol.Json;

/**
 * Writes a species as the directory tree that {@link LocalArchive} serves: {@code pub/} (Ensembl),
 * {@code genomes/} (RefSeq), {@code vol1/} (ENA), {@code sra/RUN/RUN} (NCBI), {@code api/}
 * (responses of the portals) and {@code truth/}. Blocking.
 */
public final class ArchiveTree {
  private static final ObjectMapper JSON = Json.MAPPER;
  private static final String STAMP = "complete";

  private final Path root;
  private final SyntheticSpecies species;

  private ArchiveTree(Path root, SyntheticSpecies species) {
    this.root = root;
    this.species = species;
  }

  /**
   * Writes the tree unless {@code root} already holds this species completely. A tree that an
   * interrupted call left is written again.
   *
   * @param withSra true to make the NCBI archives, which needs the sra-tools
   */
  public static Path write(Path root, SyntheticSpecies species, boolean withSra)
      throws IOException, InterruptedException {
    ArchiveTree tree = new ArchiveTree(root, species);
    String stamp = tree.stamp(withSra);
    Path file = root.resolve(STAMP);
    if (Files.exists(file) && Files.readString(file).equals(stamp)) {
      return root;
    }
    tree.reference();
    tree.refSeq();
    List<Map<String, String>> rows = new ArrayList<>();
    for (SimulatedRun run : species.simulated()) {
      rows.add(tree.run(run, withSra));
    }
    tree.text("api/ena/read_run.json", JSON.writeValueAsString(rows));
    tree.ensembl();
    tree.truth();
    Files.writeString(file, stamp);
    return root;
  }

  /**
   * Adds runs to a tree one after the other, so that memory does not depend on their number or
   * size.
   *
   * @param leastBytes least compressed size of each file; the reads of a smaller one are repeated
   */
  public static void addRuns(
      Path root,
      SyntheticSpecies species,
      List<RunDesign> designs,
      ToLongFunction<RunDesign> leastBytes)
      throws IOException, InterruptedException {
    ArchiveTree tree = new ArchiveTree(root, species);
    List<Map<String, String>> rows = new ArrayList<>();
    for (RunDesign design : designs) {
      SimulatedRun run =
          species.simulate(design, SyntheticSpecies.DEFAULT_SEED + 31 * design.hashCode());
      long once = gzip(run.fastq().getFirst()).length;
      int times = (int) Math.max(1, Math.ceilDiv(leastBytes.applyAsLong(design), once));
      rows.add(tree.run(run, false, times));
    }
    tree.text("api/ena/read_run.json", JSON.writeValueAsString(rows));
  }

  /** A digest of the species and the format of the tree. */
  private String stamp(boolean withSra) {
    StringBuilder all = new StringBuilder("format 2 sra " + withSra);
    all.append(Digests.md5(species.genome().fasta(SyntheticSpecies.ASSEMBLY)));
    species
        .simulated()
        .forEach(run -> run.fastq().forEach(reads -> all.append(Digests.md5(reads))));
    return Digests.md5(all.toString().getBytes(StandardCharsets.US_ASCII));
  }

  private void reference() throws IOException {
    String assembly = SyntheticSpecies.FILE_NAME + "." + SyntheticSpecies.ASSEMBLY;
    String release = "pub/release-" + SyntheticSpecies.RELEASE;
    String dna = release + "/fasta/" + SyntheticSpecies.NAME + "/dna/";
    String fasta = assembly + ".dna.toplevel.fa.gz";
    byte[] sequence = gzip(species.genome().fasta(SyntheticSpecies.ASSEMBLY));
    bytes(dna + fasta, sequence);
    text(dna + "CHECKSUMS", Digests.bsdSum(sequence) + " " + fasta + "\n");
    String annotation = release + "/gtf/" + SyntheticSpecies.NAME + "/";
    String gtf = assembly + "." + SyntheticSpecies.RELEASE + ".gtf.gz";
    byte[] genes = gzip(DirtyGtf.write(species.genome(), SyntheticSpecies.ASSEMBLY));
    bytes(annotation + gtf, genes);
    text(annotation + "CHECKSUMS", Digests.bsdSum(genes) + " " + gtf + "\n");
  }

  private void refSeq() throws IOException {
    String directory = "genomes/all/" + RefSeqTree.PATH;
    StringBuilder sums = new StringBuilder();
    for (Map.Entry<String, byte[]> file : RefSeqTree.files(species.genome()).entrySet()) {
      String name = file.getKey();
      byte[] content = name.endsWith(".gz") ? gzip(file.getValue()) : file.getValue();
      bytes(directory + name, content);
      sums.append(Digests.md5(content) + "  ./" + name + "\n");
    }
    text(directory + "md5checksums.txt", sums.toString());
  }

  private Map<String, String> run(SimulatedRun run, boolean withSra)
      throws IOException, InterruptedException {
    return run(run, withSra, 1);
  }

  private Map<String, String> run(SimulatedRun run, boolean withSra, int times)
      throws IOException, InterruptedException {
    RunDesign design = run.design();
    List<String> paths = new ArrayList<>();
    List<String> sizes = new ArrayList<>();
    List<String> sums = new ArrayList<>();
    for (int i = 0; i < run.fastq().size(); i++) {
      byte[] compressed = repeated(gzip(run.fastq().get(i)), times);
      String path = design.enaDirectory() + "/" + design.fileNames().get(i);
      bytes(path, compressed);
      paths.add(path);
      sizes.add(Integer.toString(compressed.length));
      sums.add(Digests.md5(compressed));
    }
    Path sra = root.resolve("sra").resolve(design.accession()).resolve(design.accession());
    if (withSra) {
      Files.createDirectories(sra.getParent());
      Files.deleteIfExists(sra);
      SraArchives.make(run, sra);
    }
    Map<String, String> row = description(run);
    row.put("read_count", Long.toString((long) design.fragments() * times));
    row.put("base_count", Long.toString(run.bases() * times));
    row.put("fastq_ftp", prefixed("ftp.sra.ebi.ac.uk/", paths));
    row.put("fastq_bytes", String.join(";", sizes));
    row.put("fastq_md5", String.join(";", sums));
    row.put("fastq_aspera", prefixed("fasp.sra.ebi.ac.uk:/", paths));
    row.put("sra_ftp", withSra ? "ftp.sra.ebi.ac.uk/" + design.enaSraPath() : "");
    row.put("sra_bytes", withSra ? Long.toString(Files.size(sra)) : "");
    row.put("sra_md5", withSra ? Digests.md5(sra) : "");
    for (String field : List.of("submitted_ftp", "submitted_bytes", "submitted_md5")) {
      row.put(field, "");
    }
    return row;
  }

  /** Repeats a gzip member; a gzip file may have many. */
  private static byte[] repeated(byte[] member, int times) {
    byte[] all = new byte[Math.multiplyExact(member.length, times)];
    for (int i = 0; i < times; i++) {
      System.arraycopy(member, 0, all, i * member.length, member.length);
    }
    return all;
  }

  private static String prefixed(String prefix, List<String> paths) {
    return paths.stream().map(path -> prefix + path).collect(Collectors.joining(";"));
  }

  private static Map<String, String> description(SimulatedRun run) {
    RunDesign design = run.design();
    String archive = design.accession().substring(0, 1);
    String digits = design.accession().substring(3);
    Map<String, String> row = new LinkedHashMap<>();
    row.put("run_accession", design.accession());
    row.put("experiment_accession", archive + "RX" + digits);
    row.put("sample_accession", design.sample());
    row.put("secondary_sample_accession", archive + "RS" + digits);
    row.put("study_accession", design.project());
    row.put("secondary_study_accession", design.secondaryStudy());
    row.put("submission_accession", design.submission());
    row.put("tax_id", SyntheticSpecies.TAXON);
    row.put("scientific_name", SyntheticSpecies.SCIENTIFIC_NAME);
    row.put("instrument_platform", "ILLUMINA");
    row.put("instrument_model", "Illumina HiSeq 2500");
    row.put("library_name", "lib_" + design.accession());
    row.put("library_layout", design.paired() ? "PAIRED" : "SINGLE");
    row.put("library_strategy", "RNA-Seq");
    row.put("library_source", "TRANSCRIPTOMIC");
    row.put("library_selection", "cDNA");
    row.put("nominal_length", design.paired() ? "180" : "");
    row.put("read_count", Integer.toString(design.fragments()));
    row.put("base_count", Long.toString(run.bases()));
    row.put("first_public", "2024-06-01");
    row.put("last_updated", "2024-06-02");
    row.put("experiment_title", "Illumina HiSeq 2500 sequencing; condition " + design.condition());
    row.put("study_title", "Synthetic study " + design.secondaryStudy());
    row.put("sample_title", "condition " + design.condition());
    row.put("run_alias", "syn_" + design.accession());
    return row;
  }

  private void ensembl() throws IOException {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("name", SyntheticSpecies.NAME);
    entry.put("display_name", SyntheticSpecies.SCIENTIFIC_NAME);
    entry.put("common_name", "synthetic minimum");
    entry.put("taxon_id", SyntheticSpecies.TAXON);
    entry.put("assembly", SyntheticSpecies.ASSEMBLY);
    entry.put("accession", "GCA_999999999.1");
    entry.put("division", "EnsemblVertebrates");
    entry.put("release", SyntheticSpecies.RELEASE);
    entry.put("groups", List.of("core", "otherfeatures"));
    entry.put("aliases", List.of("smin"));
    entry.put("strain", null);
    entry.put("strain_collection", null);
    json("info_species", Map.of("species", List.of(entry)));
    json(
        "info_divisions",
        List.of(
            "EnsemblVertebrates",
            "EnsemblBacteria",
            "EnsemblFungi",
            "EnsemblMetazoa",
            "EnsemblPan",
            "EnsemblPlants",
            "EnsemblProtists"));
    json("info_software", Map.of("release", SyntheticSpecies.RELEASE));
    json("info_eg_version", Map.of("version", 46));
    json("info_data", Map.of("releases", List.of(SyntheticSpecies.RELEASE)));
    json("info_genomes_division_EnsemblFungi", List.of());
  }

  private void truth() throws IOException {
    Map<String, String> genes = species.transcriptToGene();
    StringBuilder counts = new StringBuilder("run\tcondition\ttranscript_id\tgene_id\tfragments\n");
    StringBuilder sheet =
        new StringBuilder("run\tsample\tcondition\tlayout\tread_length\tfragments\tbackground\n");
    for (SimulatedRun run : species.simulated()) {
      RunDesign design = run.design();
      String layout = design.paired() ? "PAIRED" : "SINGLE";
      String start = design.accession() + "\t" + design.condition() + "\t";
      run.truth()
          .forEach(
              (transcript, fragments) ->
                  counts
                      .append(start + transcript + "\t" + genes.get(transcript))
                      .append("\t" + fragments + "\n"));
      sheet.append(design.accession() + "\t" + design.sample() + "\t" + design.condition());
      sheet.append("\t" + layout + "\t" + design.readLength());
      sheet.append("\t" + design.fragments() + "\t" + run.background() + "\n");
    }
    text("truth/truth.tsv", counts.toString());
    text("truth/runs.tsv", sheet.toString());
    StringBuilder differential = new StringBuilder("gene_id\tkind\tfold_b_over_a\n");
    TranscriptLevels.DIFFERENTIAL.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            gene ->
                differential.append(
                    Gene.geneId(gene.getKey()) + "\tDE\t" + gene.getValue() + "\n"));
    for (Gene gene : species.expression().switching()) {
      differential.append(gene.id() + "\tisoform_switch\t\n");
    }
    text("truth/differential.tsv", differential.toString());
    bytes("truth/transcripts.fa.gz", gzip(species.genome().transcriptFasta()));
  }

  private void json(String name, Object value) throws IOException {
    text("api/ensembl/" + name + ".json", JSON.writeValueAsString(value));
  }

  private void text(String path, String text) throws IOException {
    bytes(path, text.getBytes(StandardCharsets.UTF_8));
  }

  private void bytes(String path, byte[] bytes) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream buffer = new ByteArrayOutputStream();
    try (GZIPOutputStream out =
        new GZIPOutputStream(buffer) {
          {
            def.setLevel(Deflater.BEST_SPEED + 2);
          }
        }) {
      out.write(bytes);
    }
    return buffer.toByteArray();
  }
}
