package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The Java in {@code docs/writing-a-backend.md}; its commands are run by docs/run-walkthrough. */
class CustomBackendDocumentTest {
  private static final Path DOCUMENT = Path.of("..", "docs", "writing-a-backend.md");

  @Test
  void document_java_isThatOfTheExample() throws IOException {
    String example;
    try (Stream<Path> files = Files.walk(CustomBackendJar.PROJECT.resolve("src"))) {
      example =
          String.join(
              "\n",
              files
                  .filter(CustomBackendDocumentTest::isJava)
                  .map(CustomBackendDocumentTest::read)
                  .toList());
    }
    List<String> blocks =
        Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE)
            .matcher(Files.readString(DOCUMENT))
            .results()
            .map((MatchResult block) -> block.group(1))
            .toList();
    assertThat(blocks)
        .hasSizeGreaterThanOrEqualTo(5)
        .allSatisfy(block -> assertThat(example).contains(block));
  }

  @Test
  void archetype_pom_isThatOfTheExample() throws IOException {
    String generated =
        Files.readString(
                Path.of("../pleas-archetype/src/main/resources/archetype-resources/pom.xml"))
            .replace("${groupId}", "com.example")
            .replace("${artifactId}", "custom-backend")
            .replace("${version}", "1.0.0")
            .replaceAll("@project.version@", "0.1.0-SNAPSHOT");
    assertThat(Files.readString(CustomBackendJar.PROJECT.resolve("pom.xml"))).isEqualTo(generated);
  }

  private static boolean isJava(Path file) {
    return file.toString().endsWith(".java");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
