package refinery.archive.ncbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.xml.stream.XMLStreamException;
import org.junit.jupiter.api.Test;

class SraXmlTest {
  private static final String MD5 = "8c5bbdb86f6342d3f818a762b42902d8";

  @Test
  void findsTheRunAmongOthers() throws Exception {
    String xml = Files.readString(Path.of("src/test/resources/fixtures/api/ncbi/efetch_sra.xml"));
    assertThat(find(xml, "SRR990001")).contains(new SraFile("SRR990001", 350254, MD5));
    assertThat(find(xml, "SRR1")).isEmpty();
  }

  @Test
  void passesOverArchivesWithoutQualities() throws Exception {
    String xml =
        """
        <S><RUN accession='R1'><SRAFiles>
        <SRAFile filename='R1.lite.1' size='1' md5='%1$s'/>
        <SRAFile filename='R1.fastq.gz' size='2' md5='%1$s'/>
        <SRAFile filename='R1' size='3' md5='%1$s' semantic_name='run'/>
        </SRAFiles></RUN></S>
        """
            .formatted(MD5);
    assertThat(find(xml, "R1")).contains(new SraFile("R1", 3, MD5));
  }

  @Test
  void readsNoEntities() throws Exception {
    String xml =
        "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>"
            + "<S><RUN accession='R1'>&x;</RUN></S>";
    try {
      assertThat(find(xml, "R1")).isEmpty();
    } catch (XMLStreamException refused) {
      assertThat(refused).hasMessageNotContaining("root:");
    }
  }

  @Test
  void takesAnErrorForAnError() {
    assertThatThrownBy(() -> find("<S><ERROR>no such id</ERROR></S>", "R1"))
        .hasMessageContaining("no such id");
  }

  private static Optional<SraFile> find(String xml, String run) throws XMLStreamException {
    return SraXml.find(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)), run);
  }
}
