package dev.pleas.core.refit;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.core.partial.BlockLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Features of both sources in the merged layout: X̃ = [(X_A[M] + X_B[M]) / 2, X_A[S_A], X_B[S_B]].
 */
final class Mix {
  private Mix() {}

  /**
   * Returns X̃.
   *
   * @param a [N, sizeA, …]
   * @param b [N, sizeB, …]
   * @return [N, width, …], a new tensor of {@code scope}
   */
  static Tensor of(TensorScope scope, BlockLayout layout, Tensor a, Tensor b) {
    List<Tensor> parts = new ArrayList<>();
    if (layout.mergedA().length > 0) {
      Tensor mergedA = scope.gather(a, 1, layout.mergedA());
      Tensor mergedB = scope.gather(b, 1, layout.mergedB());
      parts.add(scope.scale(scope.add(mergedA, mergedB), 0.5f));
    }
    if (layout.apartA().length > 0) {
      parts.add(scope.gather(a, 1, layout.apartA()));
    }
    if (layout.apartB().length > 0) {
      parts.add(scope.gather(b, 1, layout.apartB()));
    }
    return parts.size() == 1 ? parts.get(0) : scope.concat(1, parts);
  }
}
