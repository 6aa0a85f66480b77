package dev.pleas.core.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.symmetry.Symmetry;
import java.util.Map;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class GroupGainsTest {
  private final Group group = Symmetry.derive(RandomNetworks.resNet(3, 4)).groups().get(0);

  @Property(tries = 50)
  void of_anyMeasurement_isTheLeastConcaveBoundThatNeverFalls(@ForAll int seed) {
    double[] measured = new SplittableRandom(seed).doubles(group.size() + 1, -1, 1).toArray();
    measured[0] = 0;

    double[] gains = new GroupGains(Map.of(group, measured)).of(group);

    for (int j = 0; j < gains.length; j++) {
      // Brute force: the highest chord over j, of the measurements and of 0 for ever after.
      double highest = Double.NEGATIVE_INFINITY;
      for (int a = 0; a <= j; a++) {
        highest = Math.max(highest, measured[a]);
        for (int b = j + 1; b < gains.length; b++) {
          double at = measured[a] + (measured[b] - measured[a]) * (j - a) / (b - a);
          highest = Math.max(highest, at);
        }
      }
      assertThat(gains[j]).isCloseTo(highest, within(1e-12));
    }
  }

  @Test
  void total_plan_isTheSumAtTheUnitsKeptApart() {
    double[] measured = new double[group.size() + 1];
    measured[1] = 2;
    measured[group.size()] = 3;
    GroupGains gains = new GroupGains(Map.of(group, measured));

    assertThat(gains.total(new BudgetPlan(Map.of(group, group.size())))).isZero();
    assertThat(gains.total(new BudgetPlan(Map.of(group, group.size() - 1)))).isEqualTo(2);
    assertThat(gains.most()).isEqualTo(3);
  }

  @Test
  void new_wrongNumberOfGains_isRefused() {
    assertThatThrownBy(() -> new GroupGains(Map.of(group, new double[2])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            group.name() + ": expected " + (group.size() + 1) + " gains, the first of them 0");
  }
}
