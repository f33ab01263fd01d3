package refinery.recipe;

import java.io.IOException;
import java.io.OutputStream;

/** Where the files of a recipe go. */
public interface Place {
  /** Opens a new file, which the caller closes. */
  OutputStream create(String name) throws IOException;
}
