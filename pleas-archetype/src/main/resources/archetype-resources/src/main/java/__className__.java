package ${package};

import dev.pleas.api.match.Matcher;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;

/** Pairs every unit with the one of the same number: a beginning, which the suite refuses. */
final class ${className} implements Matcher {
  @Override
  public Permutation match(Matrix similarity) {
    return Permutation.identity(similarity.rows());
  }
}
