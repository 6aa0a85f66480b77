package dev.pleas.core.refit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.List;
import org.junit.jupiter.api.Test;

class MixTest {
  @Test
  void of_blocksInTurns_putsEveryUnitInItsPlace() {
    // a's unit, the mean of both, b's unit, and again the mean of both.
    BlockLayout layout = BlockLayout.of(new int[] {1, 0, -1, 2}, new int[] {-1, 2, 0, 1});
    try (TensorBackend backend = new ReferenceBackend();
        TensorScope scope = backend.newScope()) {
      HostTensor a = HostTensor.wrap(Shape.of(1, 3), new float[] {1, 2, 3});
      HostTensor b = HostTensor.wrap(Shape.of(1, 3), new float[] {10, 20, 30});

      HostTensor mixed = Mix.of(scope, layout, List.of(scope.tensor(a), scope.tensor(b))).toHost();

      assertThat(mixed.shape()).isEqualTo(Shape.of(1, 4));
      assertThat(mixed.values()).containsExactly(2, (1 + 30) / 2f, 10, (3 + 20) / 2f);
    }
  }
}
