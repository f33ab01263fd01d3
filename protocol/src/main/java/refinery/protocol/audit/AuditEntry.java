package refinery.protocol.audit;

import java.util.Locale;

/**
 * One action, or one that was refused.
 *
 * @param actor the name of the token, or of what acted by itself
 * @param scope that the actor had; empty if none
 * @param means by which the actor was known: {@code local}, {@code token}, {@code session}, {@code
 *     issuer}, {@code nothing}
 * @param action method and path, with variables in braces
 * @param subject the id of what it was done to or of what it made; empty if none
 * @param path as it was asked for
 * @param client address; empty for what acted by itself
 * @param forwarded what a proxy says of the client, which anybody can say
 * @param status of the answer; 0 for what acted by itself
 * @param detail why it was refused or failed, or what was asked for beyond the path; may be empty
 * @param request id of the request
 * @param node that answered
 */
public record AuditEntry(
    Kind kind,
    String actor,
    String scope,
    String means,
    String action,
    String subject,
    String path,
    String client,
    String forwarded,
    int status,
    Outcome outcome,
    String detail,
    String request,
    String node) {
  private static final int LONGEST = 1_000;

  /** Who acts. */
  public enum Kind {
    /** A person or a program, by a request. */
    PERSON,
    SCHEDULE,
    SYSTEM;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** How it ended. */
  public enum Outcome {
    DONE,
    /** The actor may not do that, or is unknown. */
    REFUSED,
    FAILED;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public AuditEntry {
    subject = bounded(subject);
    path = bounded(path);
    forwarded = bounded(forwarded);
    detail = bounded(detail);
  }

  private static String bounded(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST);
  }

  /** Something that this node did by itself. */
  public static AuditEntry system(String action, String subject, String detail, String node) {
    return new AuditEntry(
        Kind.SYSTEM,
        "refinery",
        "",
        "nothing",
        action,
        subject,
        "",
        "",
        "",
        0,
        Outcome.DONE,
        detail,
        "",
        node);
  }
}
