package refinery.notifications;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import refinery.protocol.Json;
import refinery.protocol.query.JobView;
import refinery.readmodel.NotificationQueries.GivenUp;

/**
 * Posts one request for each job, with the job as the API shows it. {@code X-Refinery-Delivery} is
 * the same when a message is sent again, so that receivers can recognise repeats. {@code
 * X-Refinery-Signature} is {@code sha256=} and the HMAC-SHA256 (RFC 2104) of the body in lower-case
 * hex.
 */
record WebhookChannel(Post post, Optional<String> token, Optional<String> secret)
    implements Channel {
  private static final String HMAC = "HmacSHA256";

  @Override
  public String name() {
    return "webhook";
  }

  @Override
  public String target() {
    return post.address().toString();
  }

  @Override
  public List<Notification> compose(List<GivenUp> page) {
    return page.stream().map(one -> Notification.of(List.of(one), json(one.job()))).toList();
  }

  private static String json(JobView job) {
    try {
      return Json.MAPPER.writeValueAsString(job);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + job.id(), e);
    }
  }

  @Override
  public CompletionStage<Answer> send(Notification notification) {
    Map<String, String> headers = new TreeMap<>();
    headers.put("X-Refinery-Delivery", notification.delivery());
    token.ifPresent(value -> headers.put("Authorization", "Bearer " + value));
    secret.ifPresent(
        key -> headers.put("X-Refinery-Signature", signature(key, notification.body())));
    return post.send(notification.body(), headers);
  }

  static String signature(String key, String body) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), HMAC));
      byte[] digest = mac.doFinal(body.getBytes(StandardCharsets.UTF_8));
      return "sha256=" + HexFormat.of().formatHex(digest);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + HMAC, e);
    }
  }
}
