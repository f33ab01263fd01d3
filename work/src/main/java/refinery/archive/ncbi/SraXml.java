package refinery.archive.ncbi;

import java.io.InputStream;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reads NCBI's {@code EXPERIMENT_PACKAGE_SET} of XML. DTDs and entities are off, because the text
 * is untrusted.
 */
final class SraXml {
  private static final XMLInputFactory FACTORY = factory();

  private SraXml() {}

  /**
   * Finds the archive file of {@code run}; forms without base qualities (.lite, .noqual) are
   * ignored.
   */
  static Optional<SraFile> find(InputStream xml, String run) throws XMLStreamException {
    XMLStreamReader reader = FACTORY.createXMLStreamReader(xml);
    try {
      boolean inside = false;
      while (reader.hasNext()) {
        int event = reader.next();
        if (event == XMLStreamConstants.START_ELEMENT) {
          switch (reader.getLocalName()) {
            case "RUN" -> inside = run.equals(attribute(reader, "accession"));
            case "SRAFile" -> {
              Optional<SraFile> file = inside ? file(reader, run) : Optional.empty();
              if (file.isPresent()) {
                return file;
              }
            }
            case "ERROR" -> throw new XMLStreamException(reader.getElementText());
            default -> {}
          }
        } else if (event == XMLStreamConstants.END_ELEMENT && reader.getLocalName().equals("RUN")) {
          inside = false;
        }
      }
      return Optional.empty();
    } finally {
      reader.close();
    }
  }

  private static Optional<SraFile> file(XMLStreamReader reader, String run) {
    String name = attribute(reader, "filename");
    String type = attribute(reader, "supertype");
    boolean archive =
        (name.equals(run) || name.equals(run + ".sra"))
            && (type.isEmpty() || type.equals("Primary ETL"))
            && !attribute(reader, "semantic_name").contains("lite");
    String md5 = attribute(reader, "md5");
    String size = attribute(reader, "size");
    return archive && md5.matches("[0-9a-fA-F]{32}") && size.matches("[0-9]{1,15}")
        ? Optional.of(new SraFile(run, Long.parseLong(size), md5))
        : Optional.empty();
  }

  private static String attribute(XMLStreamReader reader, String name) {
    String value = reader.getAttributeValue(null, name);
    return value == null ? "" : value;
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    return factory;
  }
}
