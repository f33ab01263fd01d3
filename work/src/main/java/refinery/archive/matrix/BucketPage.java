package refinery.archive.matrix;

import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import refinery.archive.MalformedAnswer;

/**
 * One answer of S3's ListObjectsV2. DTDs and entities are off, because the text is untrusted.
 *
 * @param next continues the list; empty on the last page
 */
record BucketPage(List<StoredObject> objects, Optional<String> next) {
  private static final XMLInputFactory FACTORY = factory();

  /**
   * An object of the bucket.
   *
   * @param tag changes when its content does
   */
  record StoredObject(String key, String tag, String modified, long size) {}

  BucketPage {
    objects = List.copyOf(objects);
  }

  static BucketPage read(InputStream xml) throws MalformedAnswer {
    try {
      XMLStreamReader reader = FACTORY.createXMLStreamReader(xml);
      try {
        return new Reading(reader).page();
      } finally {
        reader.close();
      }
    } catch (XMLStreamException | NumberFormatException broken) {
      throw new MalformedAnswer("is no list of a bucket's objects: " + broken.getMessage());
    }
  }

  /** The state of one reading. */
  private static final class Reading {
    private final XMLStreamReader reader;
    private final List<StoredObject> objects = new ArrayList<>();
    private String key = "";
    private String tag = "";
    private String modified = "";
    private long size;
    private boolean more;
    private String next = "";

    Reading(XMLStreamReader reader) {
      this.reader = reader;
    }

    BucketPage page() throws XMLStreamException, MalformedAnswer {
      boolean list = false;
      while (reader.hasNext()) {
        int event = reader.next();
        if (event == XMLStreamConstants.START_ELEMENT) {
          list |= reader.getLocalName().equals("ListBucketResult");
          start(reader.getLocalName());
        } else if (event == XMLStreamConstants.END_ELEMENT
            && reader.getLocalName().equals("Contents")) {
          objects.add(new StoredObject(key, tag, modified, size));
        }
      }
      if (!list || more && next.isEmpty()) {
        throw new MalformedAnswer(
            list ? "a list that goes on does not say where" : "is no list of a bucket's objects");
      }
      return new BucketPage(objects, more ? Optional.of(next) : Optional.empty());
    }

    private void start(String element) throws XMLStreamException {
      switch (element) {
        case "Contents" -> {
          key = "";
          tag = "";
          modified = "";
          size = 0;
        }
        case "Key" -> key = reader.getElementText();
        case "ETag" -> tag = reader.getElementText().replace("\"", "");
        case "LastModified" -> modified = reader.getElementText();
        case "Size" -> size = Long.parseLong(reader.getElementText().strip());
        case "IsTruncated" -> more = reader.getElementText().strip().equals("true");
        case "NextContinuationToken" -> next = reader.getElementText();
        default -> {}
      }
    }
  }

  private static XMLInputFactory factory() {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    return factory;
  }
}
