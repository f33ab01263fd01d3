package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What a job does. */
public enum JobKind {
  SURVEY,
  DOWNLOAD,
  PROCESS;

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The node role that runs such jobs. */
  public String role() {
    return switch (this) {
      case SURVEY -> "surveyor";
      case DOWNLOAD -> "downloader";
      case PROCESS -> "processor";
    };
  }
}
