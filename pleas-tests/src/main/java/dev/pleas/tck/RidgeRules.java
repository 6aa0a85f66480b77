package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.solve.NormalEquations;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Rules solver412 to solver415: the ridge towards the prior. */
abstract class RidgeRules extends SolutionRules {
  @Test
  void required_solver412_smallRidgeApproachesPlainLeastSquares() {
    int p = 20;
    Random random = new Random(412);
    Matrix gram = Systems.ofCondition(p, 10, random);
    Matrix c = Systems.gaussian(p, 3, random);
    Matrix prior = Systems.gaussian(p, 3, random);
    Matrix plain = solved("without ridge", Systems.plain(gram, c)).x();
    double pull = Systems.norm(Systems.minus(prior, plain));
    for (double ridge : new double[] {0, 1e-300, 1e-20, 1e-12, 1e-6, 1e-2}) {
      NormalEquations e = new NormalEquations(gram, c, prior, Systems.ridge(p, ridge));
      Matrix x = solved("ridge " + ridge, e).x();
      // X(λ) − X(0) = λ·(G + λ·I)⁻¹·(prior − X(0)), and no eigenvalue of G is below 0.1.
      double most = 10 * ridge * pull + 4 * Systems.REGULAR * bound(p) * Systems.norm(plain);
      double apart = Systems.norm(Systems.minus(x, plain));
      assertTrue(
          apart <= most,
          "ridge "
              + ridge
              + " moves X by "
              + apart
              + " (Frobenius norm), expected at most "
              + most);
    }
  }

  @Test
  void required_solver413_largeRidgeReturnsThePrior() {
    int p = 20;
    Random random = new Random(413);
    Matrix gram = Systems.ofCondition(p, 10, random);
    Matrix c = Systems.gaussian(p, 3, random);
    Matrix prior = Systems.gaussian(p, 3, random);
    double pull = Systems.norm(Systems.minus(c, Systems.multiply(gram, prior)));
    for (double ridge : new double[] {1e3, 1e10, 1e20, 1e150, 1e300}) {
      NormalEquations e = new NormalEquations(gram, c, prior, Systems.ridge(p, ridge));
      double apart = Systems.norm(Systems.minus(solved("ridge " + ridge, e).x(), prior));
      // X − prior = (G + λ·I)⁻¹·(C − G·prior).
      double most = pull / ridge + 4 * bound(p) * Systems.norm(prior);
      assertTrue(
          apart <= most,
          "ridge "
              + ridge
              + " leaves X "
              + apart
              + " away from the prior, expected at most "
              + most);
    }
  }

  @Test
  void required_solver414_ridgeActsOnItsUnknownAlone() {
    int p = 12;
    Random random = new Random(414);
    Matrix gram = Systems.ofCondition(p, 10, random);
    Matrix c = Systems.gaussian(p, 2, random);
    Matrix prior = Systems.gaussian(p, 2, random);
    double[] ridge = new double[p];
    ridge[5] = 100;
    NormalEquations e = new NormalEquations(gram, c, prior, ridge);
    solvedWell("ridge 100 on unknown 5 of 12 alone", e);
    double[] rising = new double[p];
    Arrays.setAll(rising, i -> i / 4.0);
    solvedWell("ridge i/4 on unknown i", new NormalEquations(gram, c, prior, rising));
  }

  @Test
  void required_solver415_ridgeMakesSingularSystemsRegular() {
    Random random = new Random(415);
    for (int[] s : new int[][] {{1, 0}, {6, 0}, {6, 3}, {80, 20}}) {
      int p = s[0];
      Matrix gram = Systems.wholeGram(s[1], p, random);
      Matrix c = Systems.multiply(gram, Systems.gaussian(p, 3, random));
      Matrix prior = Systems.gaussian(p, 3, random);
      String what = s[1] + " samples of " + p + " unknowns with ridge 1e-4";
      NormalEquations e = new NormalEquations(gram, c, prior, Systems.ridge(p, 1e-4));
      Matrix x = solvedWell(what, e).x();
      if (s[1] == 0) {
        requireClose(what + ", against the prior", prior, x, 1);
      }
    }
  }
}
