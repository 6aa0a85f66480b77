package dev.pleas.tck;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class OptimalityTest {
  @Property(tries = 500)
  void require_anyMatching_agreesWithBruteForce(@ForAll long seed) {
    Random random = new Random(seed);
    int n = random.nextInt(6);
    Matrix similarity = Assignments.integers(n, 3, random);
    Permutation matching = Permutation.random(n, random);
    double lost =
        Assignments.bestByBruteForce(similarity) - Assignments.total(similarity, matching);
    if (lost == 0) {
      assertThatCode(() -> Optimality.require("it", similarity, matching, 0))
          .doesNotThrowAnyException();
    } else {
      assertThatThrownBy(() -> Optimality.require("it", similarity, matching, 0))
          .isInstanceOf(AssertionError.class)
          .hasMessageStartingWith("it: the matching is not optimal: giving row ");
    }
  }

  @Test
  void require_cycleOfThree_namesItAndItsGain() {
    // Columns 0, 1, 2 are worth 1 each; every row would rather have the next one's.
    Matrix similarity = Matrix.wrap(3, 3, new double[] {1, 1.25, 0, 0, 1, 1.25, 1.25, 0, 1});
    assertThatThrownBy(() -> Optimality.require("it", similarity, Permutation.identity(3), 0))
        .hasMessageContaining("row 0 column 1")
        .hasMessageContaining("row 1 column 2")
        .hasMessageContaining("row 2 column 0")
        .hasMessageEndingWith(" gains 0.75 in total");
    assertThatCode(() -> Optimality.require("it", similarity, Permutation.of(1, 2, 0), 0))
        .doesNotThrowAnyException();
  }

  @Test
  void require_gainBelowSlack_isTakenForRounding() {
    Matrix similarity = Matrix.wrap(2, 2, new double[] {1, 1 + Math.ulp(1.0), 1, 1});
    Permutation identity = Permutation.identity(2);
    assertThatThrownBy(() -> Optimality.require("it", similarity, identity, 0))
        .hasMessageEndingWith(" gains 2.22E-16 in total");
    assertThatCode(
            () -> Optimality.require("it", similarity, identity, Optimality.rounding(similarity)))
        .doesNotThrowAnyException();
  }
}
