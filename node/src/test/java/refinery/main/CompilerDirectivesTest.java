package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Security;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * On few cores the optimising compiler works for the packages that conf/compiler-directives.json
 * names, and for these only: without it AES-GCM, and so https, is ninety times slower.
 */
class CompilerDirectivesTest {
  @ParameterizedTest
  @CsvSource({"MessageDigest,MD5", "MessageDigest,SHA-256", "Cipher,AES/GCM/NoPadding"})
  void whatEveryTransferRunsThroughIsOptimised(String type, String algorithm) throws IOException {
    String file =
        Arrays.stream(Security.getProviders())
            .map(provider -> provider.getService(type, algorithm))
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow()
            .getClassName()
            .replace('.', '/');
    assertThat(optimised(file)).as(file).isTrue();
  }

  private static boolean optimised(String file) throws IOException {
    JsonNode directives =
        JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_UNQUOTED_FIELD_NAMES)
            .build()
            .readTree(Files.readString(Path.of("..", "conf", "compiler-directives.json")));
    return StreamSupport.stream(directives.get(0).path("match").spliterator(), false)
        .map(pattern -> pattern.asText().replace("*.*", ""))
        .anyMatch(file::startsWith);
  }

  /** As the launcher has them loaded; what is not understood is said in words, not thrown. */
  @Test
  void theJvmTakesTheCompilersDirectives() throws Exception {
    assertThat(CompilerDirectives.add("../conf/compiler-directives.json"))
        .contains("2 compiler directives added");
    assertThat(CompilerDirectives.add("../README.md")).doesNotContain("directives added");
  }
}
