package refinery.localarchive;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The same species in the form of NCBI's RefSeq: contigs named by accession, a GTF whose gene lines
 * have an empty transcript_id, and transcripts with attributes in their headers. Pure.
 */
final class RefSeqTree {
  static final String ACCESSION = "GCF_999999999.2";
  private static final String DIRECTORY = ACCESSION + "_" + SyntheticSpecies.ASSEMBLY;

  /** The directory below {@code genomes/all}. */
  static final String PATH = "GCF/999/999/999/" + DIRECTORY + "/";

  private RefSeqTree() {}

  /** Unpacked contents by file name; the caller packs those whose names end in {@code .gz}. */
  static Map<String, byte[]> files(Genome genome) {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put(DIRECTORY + "_genomic.fna.gz", renamed(genome));
    files.put(DIRECTORY + "_genomic.gtf.gz", annotation(genome));
    files.put(DIRECTORY + "_rna_from_genomic.fna.gz", transcripts(genome));
    files.put(DIRECTORY + "_assembly_report.txt", report());
    return files;
  }

  private static String contig(Genome genome, String name) {
    return "NC_0999%02d.1".formatted(genome.contigNames().indexOf(name) + 1);
  }

  private static byte[] renamed(Genome genome) {
    String fasta = text(genome.fasta(SyntheticSpecies.ASSEMBLY));
    for (String name : genome.contigNames()) {
      fasta =
          fasta.replaceFirst(
              "(?m)^>" + name + " .*$",
              ">%s %s chromosome %s, %s Primary Assembly"
                  .formatted(
                      contig(genome, name),
                      SyntheticSpecies.SCIENTIFIC_NAME,
                      name,
                      SyntheticSpecies.ASSEMBLY));
    }
    return bytes(fasta);
  }

  private static byte[] annotation(Genome genome) {
    StringBuilder gtf = new StringBuilder("#gtf-version 2.2\n#!genome-build SMIN1\n");
    for (Gene gene : genome.genes()) {
      String start = contig(genome, gene.contig()) + "\tGnomon\t";
      String end = "\t.\t" + gene.strand() + "\t.\tgene_id \"" + gene.id() + "\"; transcript_id \"";
      gtf.append(start + "gene\t" + gene.start() + "\t" + gene.end() + end)
          .append("\"; db_xref \"GeneID:" + gene.number() + "\"; gbkey \"Gene\"; \n");
      for (Gene.Transcript transcript : gene.transcripts()) {
        gtf.append(start + "transcript\t" + transcript.start() + "\t" + transcript.end() + end)
            .append(transcript.id() + "\"; gbkey \"mRNA\"; product \"a; product\"; \n");
        for (Gene.Exon exon : transcript.exons()) {
          gtf.append(start + "exon\t" + exon.start() + "\t" + exon.end() + end)
              .append(transcript.id() + "\"; product \"a; product\"; exon_number \"1\"; \n");
        }
      }
    }
    return bytes(gtf.append("###\n").toString());
  }

  private static byte[] transcripts(Genome genome) {
    Map<String, String> genes = genome.transcriptToGene();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int number = 0;
    for (String line : text(genome.transcriptFasta()).split("\n")) {
      String id = line.substring(1);
      String written =
          line.startsWith(">")
              ? ">lcl|NC_099901.1_mrna_%s_%d [gene=%s] [product=a product] [transcript_id=%s] [gbkey=mRNA]"
                  .formatted(id, ++number, genes.get(id), id)
              : line;
      out.writeBytes(bytes(written + "\n"));
    }
    return out.toByteArray();
  }

  private static byte[] report() {
    return bytes(
        String.join(
            "\r\n",
            List.of(
                "# Assembly name:  " + SyntheticSpecies.ASSEMBLY,
                "# Organism name:  " + SyntheticSpecies.SCIENTIFIC_NAME + " (smin)",
                "# Taxid:          " + SyntheticSpecies.TAXON,
                "# Assembly level: Chromosome",
                "# RefSeq assembly accession: " + ACCESSION,
                "#",
                "# Sequence-Name\tSequence-Role\tAssigned-Molecule",
                "1\tassembled-molecule\t1",
                "")));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
