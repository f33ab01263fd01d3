package refinery.localarchive;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes the genes as a GTF in the style of Ensembl, mixed with faulty lines as real files have
 * them: a contig that the FASTA lacks, exons without transcript_id or gene_id, an exon past the end
 * of its contig, an unknown strand, an end before the start, a line that is cut off. No true
 * expression depends on the faulty lines.
 */
final class DirtyGtf {
  private static final String SOURCE = "synthetic";
  private static final int DIRT_EVERY = 5;
  private static final int DIRT_AT_ONCE = 4;

  private DirtyGtf() {}

  static byte[] write(Genome genome, String assembly) {
    List<String> dirt = new ArrayList<>(dirt(genome));
    List<String> lines =
        new ArrayList<>(
            List.of(
                "#!genome-build " + assembly,
                "#!genome-version " + assembly,
                "#!genome-date 2024-06",
                "#!genebuild-last-updated 2024-06"));
    for (Gene gene : genome.genes()) {
      lines.addAll(lines(gene, gene.contig()));
      if (gene.number() % DIRT_EVERY == 0) {
        List<String> some = dirt.subList(0, Math.min(DIRT_AT_ONCE, dirt.size()));
        lines.addAll(some);
        some.clear();
      }
    }
    lines.addAll(dirt);
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static List<String> lines(Gene gene, String contig) {
    List<String> lines = new ArrayList<>();
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("gene_id", gene.id());
    attributes.put("gene_version", "1");
    attributes.put("gene_name", gene.name());
    attributes.put("gene_source", SOURCE);
    attributes.put("gene_biotype", gene.biotype());
    lines.add(line(contig, "gene", gene.start(), gene.end(), gene.strand(), attributes));
    for (Gene.Transcript transcript : gene.transcripts()) {
      Map<String, String> more = new LinkedHashMap<>(attributes);
      more.put("transcript_id", transcript.id());
      more.put("transcript_version", "1");
      more.put("transcript_source", SOURCE);
      more.put("transcript_biotype", gene.biotype());
      lines.add(
          line(contig, "transcript", transcript.start(), transcript.end(), gene.strand(), more));
      // Ensembl lists exons in transcript order.
      List<Gene.Exon> order =
          gene.strand() == '+' ? transcript.exons() : transcript.exons().reversed();
      for (int i = 0; i < order.size(); i++) {
        Map<String, String> exon = new LinkedHashMap<>(more);
        exon.put("exon_number", Integer.toString(i + 1));
        exon.put("exon_id", "SMINE" + transcript.id().substring(5) + "%02d".formatted(i + 1));
        lines.add(
            line(contig, "exon", order.get(i).start(), order.get(i).end(), gene.strand(), exon));
      }
    }
    return lines;
  }

  private static String line(
      String contig,
      String feature,
      int start,
      int end,
      char strand,
      Map<String, String> attributes) {
    String text =
        attributes.entrySet().stream()
            .map(entry -> entry.getKey() + " \"" + entry.getValue() + "\";")
            .collect(Collectors.joining(" "));
    return raw(contig, feature, start, end, strand, text);
  }

  private static String raw(
      String contig, String feature, int start, int end, char strand, String attributes) {
    return String.join(
        "\t",
        contig,
        SOURCE,
        feature,
        Integer.toString(start),
        Integer.toString(end),
        ".",
        Character.toString(strand),
        ".",
        attributes);
  }

  private static List<String> dirt(Genome genome) {
    List<String> dirt = new ArrayList<>();
    for (int n = 1; n <= 2; n++) {
      Gene model = genome.genes().get(n);
      Gene offContig =
          new Gene(
              900 + n,
              "SMING9000000000" + n,
              "offcontig" + n,
              model.biotype(),
              "KI990001.1",
              model.strand(),
              List.of(
                  new Gene.Transcript(
                      "SMINT9000000000" + n, model.transcripts().getFirst().exons())));
      dirt.addAll(lines(offContig, offContig.contig()));
    }
    String lost = "gene_id \"SMING90000000010\"; gene_name \"notx\"; gene_biotype \"lncRNA\";";
    dirt.add(raw("1", "exon", 90_001, 90_200, '+', lost));
    String refSeqStyle = "gene_id \"SMING90000000011\"; transcript_id \"\"; gene_name \"refseq\";";
    dirt.add(raw("1", "gene", 90_001, 90_200, '+', refSeqStyle));
    dirt.add(raw("1", "exon", 90_301, 90_500, '+', refSeqStyle));
    String noGene = "gene_id \"\"; transcript_id \"SMINT90000000012\";";
    dirt.add(raw("1", "transcript", 90_601, 90_800, '+', noGene));
    dirt.add(raw("1", "exon", 90_601, 90_800, '+', noGene));
    dirt.addAll(both(109_901, 110_400, '+', 13));
    dirt.addAll(both(91_001, 91_200, '.', 14));
    dirt.addAll(both(91_300, 91_299, '+', 15));
    dirt.add("1\tsynthetic\texon\t91401\t91500");
    return dirt;
  }

  /** A transcript line and its exon with the same fault. */
  private static List<String> both(int start, int end, char strand, int number) {
    String attributes =
        "gene_id \"SMING900000000%d\"; transcript_id \"SMINT900000000%d\";"
            .formatted(number, number);
    return Arrays.asList(
        raw("1", "transcript", start, end, strand, attributes),
        raw("1", "exon", start, end, strand, attributes));
  }
}
