package refinery.figures;

import java.io.IOException;
import java.io.InputStream;

/** Opens the same bytes again and again, unpacked. */
interface Content {
  InputStream open() throws IOException;
}
