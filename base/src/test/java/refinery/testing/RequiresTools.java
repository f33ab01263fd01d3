package refinery.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The test runs real programs. Where one is missing it is skipped, and says what to install; with
 * {@code CI=true} in the environment it fails instead, so that a build never passes by skipping.
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ToolsPresent.class)
public @interface RequiresTools {
  /** Programs that must be on the PATH; of those divided by | any will do. */
  String[] value() default {
    "salmon",
    "kallisto",
    "rsem-prepare-reference",
    "samtools",
    "fasterq-dump",
    "vdb-validate",
    "sra-stat"
  };
}
