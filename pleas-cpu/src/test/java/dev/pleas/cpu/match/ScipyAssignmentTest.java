package dev.pleas.cpu.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against SciPy's {@code linear_sum_assignment}; scipy_cases.py made the cases. */
class ScipyAssignmentTest {
  /**
   * @param matching null where several are optimal
   */
  record Case(String name, Matrix similarity, double total, @Nullable Permutation matching) {
    @Override
    public String toString() {
      return name;
    }
  }

  static List<Case> cases() throws IOException {
    List<Case> cases = new ArrayList<>();
    try (InputStream in =
        Objects.requireNonNull(ScipyAssignmentTest.class.getResourceAsStream("scipy_cases.txt"))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Iterator<String> words = List.of(text.trim().split("\\s+")).iterator();
      while (words.hasNext()) {
        String name = words.next();
        int n = Integer.parseInt(words.next());
        Matrix similarity = Matrices.square(n, k -> Double.parseDouble(words.next()));
        double total = Double.parseDouble(words.next());
        String first = words.next();
        Permutation matching =
            first.equals("ties")
                ? null
                : Permutation.of(
                    IntStream.range(0, n)
                        .map(i -> Integer.parseInt(i == 0 ? first : words.next()))
                        .toArray());
        cases.add(new Case(name, similarity, total, matching));
      }
    }
    return cases;
  }

  @Test
  void cases_areThere() throws IOException {
    assertThat(cases()).hasSize(10);
  }

  @ParameterizedTest
  @MethodSource("cases")
  void match_scipyCase_agrees(Case expected) {
    Permutation found = new JonkerVolgenant().match(expected.similarity());
    // Two sums of n terms of the same size.
    double tolerance =
        2 * found.size() * Math.ulp(Matrices.largestMagnitude(expected.similarity()));
    assertThat(Matrices.total(expected.similarity(), found))
        .isCloseTo(expected.total(), within(tolerance));
    if (expected.matching() != null) {
      assertThat(found).isEqualTo(expected.matching());
    }
  }
}
