package dev.pleas.api.backend;

import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Operations on texts, by those that every backend has. */
final class TokenOperations {
  /** What a missing key's scores are lowered by; see {@link dev.pleas.api.graph.Op.Attention}. */
  private static final double FAR = 1e9;

  private TokenOperations() {}

  /**
   * Returns the columns that ids name.
   *
   * @param node named in messages
   * @param ids [N, T]
   * @param weight [C, V]
   * @return [N, C, T]
   * @throws DataException if an id is none of 0 to V − 1
   */
  static Tensor embed(String node, TensorScope scope, Tensor ids, Tensor weight) {
    int samples = ids.shape().dim(0);
    int positions = ids.shape().dim(1);
    int channels = weight.shape().dim(0);
    if (samples == 0) {
      return scope.tensor(HostTensor.wrap(Shape.of(0, channels, positions), new float[0]));
    }
    int[] columns = columns(node, ids.toHost().values(), weight.shape().dim(1));
    List<Tensor> parts = new ArrayList<>();
    try {
      for (int n = 0; n < samples; n++) {
        int[] own = Arrays.copyOfRange(columns, n * positions, (n + 1) * positions);
        try (Tensor gathered = scope.gather(weight, 1, own)) {
          parts.add(scope.reshape(gathered, gathered.shape().prepend(1)));
        }
      }
      return scope.concat(0, parts);
    } finally {
      parts.forEach(Tensor::close);
    }
  }

  private static int[] columns(String node, float[] ids, int count) {
    int[] columns = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      columns[i] = (int) ids[i];
      if (columns[i] != ids[i] || columns[i] < 0 || columns[i] >= count) {
        throw new DataException(
            node
                + ": expected ids 0 to "
                + (count - 1)
                + ", found "
                + ids[i]
                + "; were the texts cut into tokens by another model's vocabulary?");
      }
    }
    return columns;
  }

  /**
   * Attention to the keys that are there, by attention with a further channel in each head: 1 in
   * queries, and what is taken from the scores in keys.
   *
   * @param mask [N, S]
   */
  static Tensor attention(
      TensorScope scope,
      Tensor queries,
      Tensor keys,
      Tensor values,
      Tensor mask,
      int heads,
      double scale) {
    if (scale == 0) {
      throw new IllegalArgumentException("a scale of 0 has no masked scores");
    }
    int samples = queries.shape().dim(0);
    int there = mask.shape().dim(1);
    float[] lowered = mask.toHost().values().clone();
    for (int i = 0; i < lowered.length; i++) {
      lowered[i] = (float) ((lowered[i] - 1) * FAR / scale);
    }
    float[] ones = new float[samples * queries.shape().dim(2)];
    Arrays.fill(ones, 1);
    Shape oneRow = Shape.of(samples, 1, queries.shape().dim(2));
    try (Tensor one = scope.tensor(HostTensor.wrap(oneRow, ones));
        Tensor row = scope.tensor(HostTensor.wrap(Shape.of(samples, 1, there), lowered));
        Tensor q = widened(scope, queries, one, heads);
        Tensor k = widened(scope, keys, row, heads)) {
      return scope.attention(q, k, values, heads, scale);
    }
  }

  /**
   * Returns each head with one more channel.
   *
   * @param x [N, heads·d, T]
   * @param row [N, 1, T]
   */
  private static Tensor widened(TensorScope scope, Tensor x, Tensor row, int heads) {
    int samples = x.shape().dim(0);
    int width = x.shape().dim(1) / heads;
    int positions = x.shape().dim(2);
    int[] each = IntStream.range(0, samples * heads).map(i -> i / heads).toArray();
    Shape whole = Shape.of(samples, heads * (width + 1), positions);
    try (Tensor parts = scope.reshape(x, Shape.of(samples * heads, width, positions));
        Tensor rows = scope.gather(row, 0, each);
        Tensor both = scope.concat(1, List.of(parts, rows))) {
      return scope.reshape(both, whole);
    }
  }
}
