package refinery.notifications;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import refinery.journal.Examples;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.query.JobView;

class WordingTest {
  private static final Optional<String> PREFIX = Optional.of("https://r.example/jobs?a=1&id=");

  private static JobView job(String name, FailureClass failureClass, String message) {
    JobView view =
        Examples.job(
                name,
                JobKind.PROCESS,
                JobState.FAILED,
                0,
                Optional.of(new SurveyId("survey-s1")),
                Optional.empty(),
                "salmon-quant")
            .view();
    return new JobView(
        view.id(),
        view.kind(),
        view.surveyId(),
        view.batchIds(),
        view.key(),
        view.pipeline(),
        view.state(),
        3,
        view.node(),
        view.priority(),
        view.resources(),
        view.createdAt(),
        view.startedAt(),
        view.finishedAt(),
        view.nextAttemptAt(),
        Optional.of(new Failure(failureClass, message, "quant")),
        Optional.empty(),
        view.waitingFor(),
        view.attempts(),
        view.steps(),
        view.artifacts(),
        Optional.empty(),
        Optional.empty());
  }

  private static List<JobView> many(int count, String message) {
    List<JobView> jobs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      jobs.add(job("j" + i, i % 10 == 0 ? FailureClass.ABSENT : FailureClass.PERMANENT, message));
    }
    return jobs;
  }

  @Test
  void oneJobIsTwoLines() {
    assertThat(Wording.slack(List.of(job("a", FailureClass.PERMANENT, "exit 1")), Optional.empty()))
        .isEqualTo(
            """
            *Job job-a was given up* (process salmon-quant, survey-s1, attempt 3)
            permanent at quant: exit 1\
            """);
    assertThat(Wording.slack(List.of(job("a", FailureClass.PERMANENT, "exit 1")), PREFIX))
        .contains("<https://r.example/jobs?a=1&amp;id=job-a|job-a>");
  }

  @Test
  void wordsOfAToolCannotCallPeopleOrMakeLinksOrLines() {
    String message = "<!channel> a < b && c > d\nline two\r\u2028three \u001b[31m";
    String slack =
        Wording.slack(List.of(job("a", FailureClass.PERMANENT, message)), Optional.empty());
    assertThat(slack)
        .contains("&lt;!channel&gt; a &lt; b &amp;&amp; c &gt; d line two three [31m")
        .doesNotContain("<", ">");
    assertThat(slack.lines()).hasSize(2);
    assertThat(Wording.log(List.of(job("a", FailureClass.PERMANENT, message))))
        .containsExactly(
            "job-a was given up: permanent at quant: <!channel> a < b && c > d line two three [31m"
                + " (process salmon-quant, survey-s1, attempt 3)");
  }

  @Test
  void manyAreCountedByClassAndTheFirstAreNamed() {
    String slack = Wording.slack(many(137, "exit 1"), Optional.empty());
    assertThat(slack)
        .startsWith("*137 jobs were given up*: 123 permanent, 14 absent\n• job-j0 absent at quant")
        .contains("• job-j4 ")
        .doesNotContain("job-j5")
        .endsWith("\n… and 132 more");
    List<String> log = Wording.log(many(137, "exit 1"));
    assertThat(log).hasSize(21);
    assertThat(log.getLast())
        .isEqualTo("and 117 more were given up; of 137: 123 permanent, 14 absent");
  }

  @Test
  void whateverAToolSaysTheTextStaysShort() {
    String endless = "\uD83E\uDDEC&".repeat(100_000);
    String one = Wording.slack(List.of(job("a", FailureClass.PERMANENT, endless)), PREFIX);
    assertThat(one).hasSizeLessThan(8_000).endsWith("…");
    assertThat(Wording.slack(many(1_000, endless), PREFIX)).hasSizeLessThan(8_000);
    assertThat(String.join("\n", Wording.log(many(1_000, endless)))).hasSizeLessThan(50_000);
    assertThat(one.chars().filter(c -> Character.isHighSurrogate((char) c)).count())
        .isEqualTo(one.chars().filter(c -> Character.isLowSurrogate((char) c)).count());
  }
}
