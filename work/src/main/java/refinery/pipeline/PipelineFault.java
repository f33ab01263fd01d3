package refinery.pipeline;

/**
 * What is wrong with a pipeline's file.
 *
 * @param file as it was named
 * @param line from 1; 0 if it is not known
 * @param key as in {@code steps[2].command}; empty: the file as a whole
 */
public record PipelineFault(String file, int line, String key, String message) {
  @Override
  public String toString() {
    return file + (line > 0 ? ":" + line : "") + ": " + (key.isEmpty() ? "" : key + ": ") + message;
  }
}
