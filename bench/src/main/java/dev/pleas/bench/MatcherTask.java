package dev.pleas.bench;

import dev.pleas.api.match.Matcher;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.provider.Selection;
import java.util.stream.IntStream;

/** Matches the units of two layers. */
final class MatcherTask implements Task<Permutation> {
  private static final int FEATURES = 64;
  private static final double NOISE = 1.5;

  /** What the similarities look like. */
  enum Kind {
    /** Independent numbers: nothing to find, the hardest case. */
    RANDOM,
    /** Inner products of features with their permuted, noisy copies, as between two layers. */
    CORRELATED
  }

  private final Selection<MatcherProvider> selection;
  private final Matcher matcher;
  private final Matrix similarity;

  /**
   * Makes the similarity matrix.
   *
   * @param id a matcher's id
   * @param n units of a layer
   */
  MatcherTask(String id, Kind kind, int n) {
    selection = Task.select(MatcherProvider.class, id);
    matcher = selection.provider().create();
    int elements = Math.multiplyExact(n, n);
    double[] values = kind == Kind.RANDOM ? Uniform.doubles(1, elements) : correlated(n);
    similarity = Matrix.wrap(n, n, values);
  }

  private static double[] correlated(int n) {
    int m = FEATURES;
    double[] features = Uniform.doubles(1, n * m);
    double[] noise = Uniform.doubles(2, n * m);
    double[] keys = Uniform.doubles(3, n);
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted((i, j) -> Double.compare(keys[i], keys[j]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] copies = new double[n * m];
    for (int j = 0; j < n; j++) {
      for (int k = 0; k < m; k++) {
        copies[j * m + k] = features[order[j] * m + k] + NOISE * noise[j * m + k];
      }
    }
    double[] products = new double[n * n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int k = 0; k < m; k++) {
          sum += features[i * m + k] * copies[j * m + k];
        }
        products[i * n + j] = sum;
      }
    }
    return products;
  }

  @Override
  public Permutation run() {
    return matcher.match(similarity);
  }

  @Override
  public Fingerprint fingerprint(Permutation result) {
    return Fingerprint.of(result.size(), result::get);
  }

  @Override
  public String implementation() {
    return selection.entry().id();
  }
}
