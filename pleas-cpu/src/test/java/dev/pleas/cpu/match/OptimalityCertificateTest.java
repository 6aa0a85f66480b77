package dev.pleas.cpu.match;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Matchings too large for brute force prove their optimality by linear programming duality. */
class OptimalityCertificateTest {
  static Stream<Named<Matrix>> matrices() {
    Random random = new Random(20240702);
    double ulp = Math.ulp(1.0);
    return Stream.of(
        Named.of("uniform 2", Matrices.uniform(2, 1)),
        Named.of("uniform 257", Matrices.uniform(257, 2)),
        Named.of("uniform 2048", Matrices.uniform(2048, 3)),
        Named.of("rank 256 at 512", Matrices.lowRank(512, 256, 4)),
        Named.of("rank 3 at 400", Matrices.lowRank(400, 3, 5)),
        Named.of("integers 1024", Matrices.square(1024, k -> random.nextInt(100))),
        Named.of("zero or one 700", Matrices.square(700, k -> random.nextInt(2))),
        Named.of("1 ulp apart 1024", Matrices.square(1024, k -> 1 + random.nextInt(3) * ulp)),
        Named.of("below 1 ulp apart 300", Matrices.square(300, k -> (float) (k % 7) / 3 * ulp)),
        Named.of("all equal 1024", Matrices.square(1024, k -> 0.1)),
        // Machol and Wien's matrices, on which shortest augmenting paths take all n³ steps.
        Named.of("products 400", products(400, 1, 1, -1)),
        Named.of("products 401", products(401, 0.1, 0.3, 1)),
        Named.of(
            "magnitudes 300",
            Matrices.square(
                300, k -> random.nextGaussian() * Math.scalb(1.0, random.nextInt(200) - 100))),
        Named.of(
            "1e300 of both signs 256",
            Matrices.square(256, k -> 1e300 * (2 * random.nextDouble() - 1))));
  }

  private static Matrix products(int n, double rowOffset, double columnOffset, double sign) {
    return Matrices.square(
        n,
        k -> {
          int row = k / n;
          return sign * (rowOffset + row) * (columnOffset + k % n);
        });
  }

  @ParameterizedTest
  @MethodSource("matrices")
  @Timeout(60)
  void assign_large_isProvedOptimalByItsDuals(Matrix similarity) {
    int n = similarity.rows();
    Assignment assignment = new JonkerVolgenant().assign(similarity);
    Permutation matching = Permutation.of(assignment.columnOfRow());
    double[] v = assignment.columnDual();
    double factor = assignment.factor();
    double largest = Matrices.largestMagnitude(similarity) * -factor;
    for (double dual : v) {
      largest = Math.max(largest, Math.abs(dual));
    }
    // A dual variable is changed at most n times by augmentation and a few times before, each time
    // rounding at its own size; a reduced cost has two of them.
    double tolerance = 2 * n * Math.ulp(largest);
    double worst = Double.POSITIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      int own = matching.get(i);
      double u = factor * similarity.get(i, own) - v[own];
      for (int j = 0; j < n; j++) {
        worst = Math.min(worst, factor * similarity.get(i, j) - u - v[j]);
      }
    }
    assertThat(worst).isBetween(-tolerance, 0.0);
  }
}
