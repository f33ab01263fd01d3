package refinery.configuration;

/** Something in the configuration is wrong: one line for a person, naming the key. */
public class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ConfigurationException(String message) {
    super(message);
  }
}
