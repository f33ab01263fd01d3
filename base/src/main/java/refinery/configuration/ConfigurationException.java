package refinery.configuration;

/** The configuration is wrong. The message is one line for a person and names the key. */
public class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    super(message);
  }
}
