package dev.pleas.tck;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/spi.md} and the suites list the same rules. */
class SpiDocumentTest {
  private static final Pattern RULE =
      Pattern.compile(
          "^#### (\\w+) · (MUST|SHOULD) · (\\w+)\\n\\n(.*?)\\n\\n\\*Check:\\* (.*?)\\n(?=\\n|\\z)",
          Pattern.MULTILINE | Pattern.DOTALL);

  /** The suites by the contract's name in rule numbers. */
  private static final Map<String, Class<?>> SUITES = new LinkedHashMap<>();

  static {
    SUITES.put("provider", ProviderContract.class);
    SUITES.put("tensor", TensorBackendContract.class);
    SUITES.put("matcher", MatcherContract.class);
    SUITES.put("solver", LeastSquaresSolverContract.class);
    SUITES.put("adapter", ModelAdapterContract.class);
    SUITES.put("format", CheckpointFormatContract.class);
    SUITES.put("method", MergeMethodContract.class);
  }

  @Test
  void document_listsTheRulesOfTheSuites_inOrder() throws IOException {
    String document = Files.readString(Path.of("../docs/spi.md"));
    List<String> listed = new ArrayList<>();
    for (MatchResult rule : RULE.matcher(document).results().toList()) {
      listed.add(rule.group(1) + " " + rule.group(2) + " " + rule.group(3));
      assertThat(rule.group(4)).as("reason of %s", rule.group(1)).hasSizeGreaterThan(20);
      assertThat(rule.group(5)).as("what to check for %s", rule.group(1)).hasSizeGreaterThan(20);
    }
    List<String> tested = new ArrayList<>();
    SUITES.forEach(
        (contract, suite) ->
            Rules.of(suite, contract)
                .values()
                .forEach(r -> tested.add(r.number() + " " + r.level() + " " + r.promise())));
    assertThat(listed).containsExactlyElementsOf(tested);
    assertThat(document.lines().filter(line -> line.startsWith("####")))
        .as("headings that are rules")
        .hasSameSizeAs(listed);
  }
}
