package dev.pleas.core.normalization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.moments.UnitSums;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.PairLayout;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.math3.stat.StatUtils;
import org.junit.jupiter.api.Test;

class BatchNormStatisticsTest {
  private static final Op.BatchNorm NORM = new Op.BatchNorm("w", "b", "mean", "var", 1e-5);
  private static final BlockLayout LAYOUT =
      PairLayout.of(new int[] {0}, new int[] {0}, new int[] {1}, new int[] {1});
  private static final double[][] DATA = {{1, 2, 4, 9}, {-3, 0, 0, 1}, {5, 5, 5, 5}};

  private final Map<String, HostTensor> parameters = new HashMap<>();

  BatchNormStatisticsTest() {
    parameters.put("mean", HostTensor.wrap(Shape.of(3), new float[] {10, 20, 30}));
    parameters.put("var", HostTensor.wrap(Shape.of(3), new float[] {40, 50, 60}));
  }

  private static UnitSums sums() {
    double[] sums = new double[3];
    double[] squares = new double[3];
    for (int unit = 0; unit < 3; unit++) {
      sums[unit] = StatUtils.sum(DATA[unit]);
      squares[unit] = StatUtils.sumSq(DATA[unit]);
    }
    return new UnitSums(4, sums, squares);
  }

  @Test
  void set_everyUnit_isMeanAndPopulationVariance() {
    BatchNormStatistics.set(parameters, NORM, sums(), LAYOUT, false);

    for (int unit = 0; unit < 3; unit++) {
      assertThat(parameters.get("mean").values()[unit])
          .isEqualTo((float) StatUtils.mean(DATA[unit]));
      assertThat(parameters.get("var").values()[unit])
          .isEqualTo((float) StatUtils.populationVariance(DATA[unit]));
    }
  }

  @Test
  void set_keepingUnitsApart_changesMergedUnitsOnly() {
    BatchNormStatistics.set(parameters, NORM, sums(), LAYOUT, true);

    assertThat(parameters.get("mean").values()).containsExactly(4, 20, 30);
    assertThat(parameters.get("var").values()).containsExactly(9.5f, 50, 60);
  }

  @Test
  void set_withoutOldStatistics_isRefused() {
    assertThatThrownBy(() -> BatchNormStatistics.set(new HashMap<>(), NORM, sums(), LAYOUT, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no parameter mean");
  }
}
