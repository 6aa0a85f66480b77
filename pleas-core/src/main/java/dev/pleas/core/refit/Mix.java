package dev.pleas.core.refit;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.BlockLayout.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Features of all sources in the merged layout: of two, X̃ = [(X_A[M] + X_B[M]) / 2, X_A[S_A],
 * X_B[S_B]].
 */
final class Mix {
  private Mix() {}

  /**
   * Returns X̃.
   *
   * @param sources [N, size(s), …]
   * @return [N, width, …], a new tensor of {@code scope}
   */
  static Tensor of(TensorScope scope, BlockLayout layout, List<Tensor> sources) {
    List<Tensor> parts =
        layout.blocks().stream().map(block -> mean(scope, layout, block, sources)).toList();
    Tensor mixed = parts.size() == 1 ? parts.get(0) : scope.concat(1, parts);
    int[] order =
        layout.blocks().stream().flatMapToInt(block -> IntStream.of(block.indices())).toArray();
    int[] places = new int[order.length];
    boolean inOrder = true;
    for (int i = 0; i < order.length; i++) {
      places[order[i]] = i;
      inOrder &= order[i] == i;
    }
    return inOrder ? mixed : scope.gather(mixed, 1, places);
  }

  private static Tensor mean(
      TensorScope scope, BlockLayout layout, Block block, List<Tensor> sources) {
    List<Tensor> parts = new ArrayList<>();
    for (int source : block.sources()) {
      parts.add(scope.gather(sources.get(source), 1, layout.units(source, block.indices())));
    }
    Tensor sum = parts.stream().reduce(scope::add).orElseThrow();
    return block.merged() ? scope.scale(sum, 1f / parts.size()) : sum;
  }
}
