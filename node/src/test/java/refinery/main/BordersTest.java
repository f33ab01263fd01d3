package refinery.main;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import akka.actor.typed.ActorRef;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The borders of docs/architecture.md that lie inside a module; the compiler holds the others. */
@AnalyzeClasses(
    packages = "refinery",
    importOptions = {ImportOption.DoNotIncludeTests.class, BordersTest.NoFixtures.class})
class BordersTest {
  /** Other modules' tests come as a jar. */
  static final class NoFixtures implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  @ArchTest
  static final ArchRule protocolDoesNoInputOrOutput =
      noClasses()
          .that()
          .resideInAPackage("refinery.protocol..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "java.net..",
              "java.nio.file..",
              "java.sql..",
              "javax.sql..",
              "akka.http..",
              "akka.stream..");

  /**
   * It covers the body from release 26 of the JDK on; {@code BoundedCall} has limits of its own.
   */
  @ArchTest
  static final ArchRule nobodyTrustsTheTimeoutOfARequest =
      noClasses()
          .should()
          .callMethod(java.net.http.HttpRequest.Builder.class, "timeout", java.time.Duration.class);

  @ArchTest
  static final ArchRule behaviourIsPure =
      noClasses()
          .that()
          .haveNameMatching(
              "refinery\\.(job\\.(Job|JobLogic|JobViews|RetryPolicy)|batch\\.(Batch|Course|BatchLogic|BatchJobs|BatchViews)"
                  + "|survey\\.(Survey|SurveyLogic|SurveyOutstanding|SurveyViews)|schedule\\.(Schedule|ScheduleLogic|ScheduleViews|Timetable)|scheduling\\.(Packing|Leases|Ledger|Assignments|Rebuild)"
                  + "|agent\\.(Handshake|Slots|Slot|LastLife|Reports)|transfer\\.(DownloadProgress|DownloadAccount))(\\$.*)?")
          .should()
          .dependOnClassesThat(resideInAPackage("akka..").and(not(assignableTo(ActorRef.class))));

  @ArchTest
  static final ArchRule theChaosCheckerKnowsNothingOfTheEngine =
      noClasses()
          .that()
          .resideInAPackage("refinery.chaos.check..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("refinery..").and(not(resideInAPackage("refinery.chaos.check.."))));

  @ArchTest
  static final ArchRule expressionIsPure =
      noClasses()
          .that()
          .resideInAPackage("refinery.expression..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("refinery..").and(not(resideInAPackage("refinery.expression.."))))
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("akka..", "java.nio.file..", "java.net..", "org.slf4j..");

  @ArchTest
  static final ArchRule recipesArePure =
      noClasses()
          .that()
          .resideInAnyPackage("refinery.compendium..", "refinery.curation..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("refinery..")
                  .and(not(resideInAPackage("refinery.expression..")))
                  .and(not(resideInAPackage("refinery.compendium..")))
                  .and(not(resideInAPackage("refinery.curation.."))))
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("akka..", "java.nio.file..", "java.net..", "org.slf4j..");

  /** Programs take it without a node's libraries. */
  @ArchTest
  static final ArchRule theClientForProgramsKnowsNoNode =
      noClasses()
          .that()
          .resideInAPackage("refinery.api..")
          .should()
          .dependOnClassesThat(
              resideInAPackage("refinery..")
                  .and(not(resideInAPackage("refinery.api..")))
                  .and(not(resideInAPackage("refinery.web..")))
                  .and(not(resideInAPackage("refinery.certificates.."))))
          .orShould()
          .dependOnClassesThat()
          .resideInAnyPackage("akka..", "picocli..");

  @ArchTest
  static final ArchRule nobodySleeps =
      noClasses()
          .should()
          .callMethod(Thread.class, "sleep", long.class)
          .orShould()
          .callMethod(Thread.class, "sleep", java.time.Duration.class);

  @ArchTest
  static final ArchRule featuresFormNoCycles =
      slices().matching("refinery.(*)..").should().beFreeOfCycles();
}
