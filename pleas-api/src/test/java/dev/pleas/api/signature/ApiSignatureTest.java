package dev.pleas.api.signature;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.provider.Provider;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What {@code pleas-api} offers is what {@code api.txt} records. */
class ApiSignatureTest {
  private static final Path RECORD = Path.of("api.txt");
  private static final String ACCEPT = "pleas.api.accept";
  private static final String COMMAND =
      "mvn -q -Dquick -pl pleas-api test -Dtest=ApiSignatureTest -D" + ACCEPT + "=true";

  @Test
  void api_asCompiled_isTheRecordedOne() throws Exception {
    List<String> found = new ArrayList<>();
    found.add("What pleas-api offers to others. Written by: " + COMMAND);
    found.addAll(ApiSignature.of(classes(), Provider.class.getClassLoader()));
    assertThat(found)
        .as("the description covers the module and its types")
        .contains(
            "module dev.pleas.api",
            "  public static final int API_VERSION = " + Provider.API_VERSION)
        .hasSizeGreaterThan(200);
    if (Boolean.getBoolean(ACCEPT)) {
      Files.writeString(RECORD, String.join("\n", found) + "\n");
    }
    String problem = problem(recorded(), found);
    if (!problem.isEmpty()) {
      throw new AssertionError(problem);
    }
  }

  @Test
  void problem_sameLines_isNone() {
    assertThat(
            problem(List.of("", "class a.B", "  void c()"), List.of("", "class a.B", "  void c()")))
        .isEmpty();
  }

  @Test
  void problem_changes_areListedWithTheCommand() {
    assertThat(
            problem(
                List.of(
                    "",
                    "class a.B",
                    "  int kept()",
                    "  void gone()",
                    "",
                    "class a.Dropped",
                    "  void it()",
                    "",
                    "final class a.Opened",
                    "  int kept()",
                    "",
                    "class a.Same",
                    "  int kept()"),
                List.of(
                    "",
                    "class a.Added",
                    "  void it()",
                    "",
                    "class a.B",
                    "  int kept()",
                    "  long fresh()",
                    "",
                    "class a.Opened",
                    "  int kept()",
                    "",
                    "class a.Same",
                    "  int kept()")))
        .isEqualTo(
            """
            what pleas-api offers to others differs from pleas-api/api.txt (- recorded, + found):
            + class a.Added
            +   void it()
              class a.B
            -   void gone()
            +   long fresh()
            - class a.Dropped
            -   void it()
            - final class a.Opened
            + class a.Opened
            if the change is on purpose, accept it from the root of the sources with
              mvn -q -Dquick -pl pleas-api test -Dtest=ApiSignatureTest -Dpleas.api.accept=true""");
  }

  @Test
  void problem_nothingRecorded_listsEverything() {
    assertThat(problem(List.of(), List.of("", "class a.B", "  void c()")))
        .contains("\n+ class a.B\n+   void c()\n");
  }

  @Test
  void types_everyKindOfDeclaration_isDescribed() {
    assertThat(String.join("\n", ApiSignature.types(Specimens.all())).replace(Specimens.PREFIX, ""))
        .isEqualTo(Specimens.EXPECTED);
  }

  private static String problem(List<String> recorded, List<String> found) {
    List<String> difference = ApiSignature.difference(recorded, found);
    return difference.isEmpty()
        ? ""
        : "what pleas-api offers to others differs from pleas-api/api.txt (- recorded, + found):\n"
            + String.join("\n", difference)
            + "\nif the change is on purpose, accept it from the root of the sources with\n  "
            + COMMAND;
  }

  private static List<String> recorded() throws IOException {
    return Files.exists(RECORD) ? Files.readAllLines(RECORD) : List.of();
  }

  private static Path classes() throws URISyntaxException {
    return Path.of(Provider.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }
}
