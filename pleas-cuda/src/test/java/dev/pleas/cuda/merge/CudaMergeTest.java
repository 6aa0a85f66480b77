package dev.pleas.cuda.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.core.oracle.Family;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import dev.pleas.cuda.standin.StandIn;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole merges on a GPU are those on the CPU. */
@ExtendWith(CleanStandIn.class)
class CudaMergeTest {
  private static final double TOLERANCE = 2e-3;

  @BeforeEach
  void gpu() {
    Gpu.required();
  }

  @ParameterizedTest
  @CsvSource({"RESNET, 1.0", "RESNET, 1.4", "VIT, 1.0", "VIT, 1.3"})
  void merge_onAGpu_isTheMergeOnTheCpu(Family family, String budget) {
    SmallMerge merge = SmallMerge.of(family, 60);
    MergeResult expected = merge.onCpu(budget);
    MergeResult found = merge.onGpu(budget, DeviceOptions.AUTOMATIC, Progress.NONE);
    assertThat(found.report().groups()).hasSameSizeAs(expected.report().groups());
    for (int i = 0; i < expected.report().groups().size(); i++) {
      MergeReport.Group group = found.report().groups().get(i);
      MergeReport.Group onCpu = expected.report().groups().get(i);
      assertThat(group.sources()).as(group.name()).isEqualTo(onCpu.sources());
      assertThat(group.merged()).as(group.name()).isEqualTo(onCpu.merged());
    }
    assertThat(found.model().graph().nodes()).isEqualTo(expected.model().graph().nodes());
    expected
        .model()
        .parameters()
        .forEach((name, values) -> assertClose(name, values, found.model().parameter(name)));
  }

  @Test
  void merge_onTheSecondGpu_leavesTheFirstAlone() {
    StandIn gpu = Gpu.standIn();
    gpu.devices(StandIn.Device.of(8, 0), StandIn.Device.of(9, 0));
    SmallMerge merge = SmallMerge.of(Family.RESNET, 12);
    MergeResult found = merge.onGpu("1.2", new DeviceOptions(1, null), Progress.NONE);
    assertThat(gpu.launches(1)).isPositive();
    assertThat(gpu.launches(0)).isZero();
    assertThat(gpu.peakBytes(0)).isZero();
    assertThat(found.report().groups())
        .extracting(MergeReport.Group::sources)
        .isEqualTo(
            merge.onCpu("1.2").report().groups().stream().map(MergeReport.Group::sources).toList());
  }

  /**
   * Both round in float32, 6e-8 relative for each operation; a fit amplifies that by the condition
   * of its system, at most 1 / ridge = 100, and each layer fits what the ones before it left.
   */
  private static void assertClose(String name, HostTensor expected, HostTensor found) {
    assertThat(found.shape()).as(name).isEqualTo(expected.shape());
    double apart = 0;
    double size = 0;
    for (int i = 0; i < expected.values().length; i++) {
      apart += Math.pow(found.values()[i] - expected.values()[i], 2);
      size += Math.pow(expected.values()[i], 2);
    }
    assertThat(Math.sqrt(apart)).as(name).isLessThanOrEqualTo(TOLERANCE * Math.sqrt(size) + 1e-6);
  }
}
