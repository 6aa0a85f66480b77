package dev.pleas.cpu.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.provider.Registry;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is particular to this matcher; {@link JonkerVolgenantContractTest} has the rules. */
class JonkerVolgenantTest {
  private final Matcher matcher = new JonkerVolgenantProvider().create();

  @Test
  void match_largestValuesOfBothSigns_terminatesWithPermutation() {
    Random random = new Random(7);
    Matrix similarity =
        Matrices.square(200, k -> random.nextBoolean() ? Double.MAX_VALUE : -Double.MAX_VALUE);
    Permutation found = matcher.match(similarity);
    // 200×200 coin flips have a perfect matching of heads, all but certainly; this seed has one.
    assertThat(IntStream.range(0, 200).mapToDouble(i -> similarity.get(i, found.get(i))))
        .containsOnly(Double.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void match_nonFinite_namesTheEntry(double value) {
    Matrix similarity = Matrices.square(3, k -> k == 5 ? value : k);
    assertThatThrownBy(() -> matcher.match(similarity))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("similarity[1, 2] = " + value + ": it must be finite");
  }

  @Test
  void match_notSquare_saysItsShape() {
    Matrix similarity = Matrix.wrap(2, 3, new double[6]);
    assertThatThrownBy(() -> matcher.match(similarity))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("similarity is a 2×3 matrix: a matching needs a square one");
  }

  @Test
  void registry_finds_itAsTheBestMatcher() {
    Registry registry = Registry.of(JonkerVolgenantTest.class.getClassLoader());
    assertThat(registry.best(MatcherProvider.class).entry().id()).isEqualTo("jonker-volgenant");
  }
}
