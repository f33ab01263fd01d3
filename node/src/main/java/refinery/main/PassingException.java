package refinery.main;

import refinery.configuration.ConfigurationException;

/** A start that failed for what may pass: a port that is not free yet, a cluster that refuses. */
final class PassingException extends ConfigurationException {
  private static final long serialVersionUID = 1L;

  PassingException(String message) {
    super(message);
  }
}
