package dev.pleas.cuda.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.error.PleasException;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.cuda.standin.Gpu;
import dev.pleas.cuda.standin.StandIn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whichever call fails, a merge ends with an error that names it, and leaves nothing behind. */
class FailingCallsTest {
  /** Where a message says more than the name of the call. */
  private static final Map<String, String> EXPECTED =
      Map.of(
          "cuInit", "the NVIDIA driver does not start: CUDA_ERROR_UNKNOWN",
          "cuMemAlloc", "1 MiB could not be allocated");

  @Test
  void merge_anyCallFails_endsWithItsNameAndNothingLeft() {
    Gpu.required();
    StandIn gpu = Gpu.standIn();
    SmallMerge merge = SmallMerge.tiny(4);
    // Once before: it compiles the kernels if they are not on disk.
    merge.onGpu("1.0", DeviceOptions.AUTOMATIC, Progress.NONE);
    gpu.reset();
    float[] expected = weights(merge.onGpu("1.0", DeviceOptions.AUTOMATIC, Progress.NONE));
    long calls = gpu.calls();
    assertThat(calls).isGreaterThan(300);
    List<String> wrong = new ArrayList<>();
    Set<String> functions = new TreeSet<>();
    for (long n = 1; n <= calls; n++) {
      gpu.reset();
      gpu.failCall(n);
      String problem = problem(gpu, merge, expected);
      functions.add(gpu.failedFunction());
      if (problem != null) {
        wrong.add("call " + n + ", " + gpu.failedFunction() + ": " + problem);
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(functions).contains("cuMemAlloc", "cuLaunchKernel", "cusolverDnDpotrf");
  }

  /** Merges, and says what is wrong with the way it ends; null if nothing is. */
  private static @Nullable String problem(StandIn gpu, SmallMerge merge, float[] expected) {
    try {
      MergeResult result = merge.onGpu("1.0", DeviceOptions.AUTOMATIC, Progress.NONE);
      // Some failures do no harm: kernels that cannot be loaded from disk are compiled. Without
      // memory a stage is run again with smaller batches, of which other positions are sampled.
      boolean smaller =
          result.report().notes().stream().anyMatch(note -> note.contains("too little memory"));
      if (!smaller && !Arrays.equals(weights(result), expected)) {
        return "other weights";
      }
    } catch (PleasException e) {
      String name = gpu.failedFunction();
      if (!e.getMessage().contains(EXPECTED.getOrDefault(name, name))) {
        return e.getMessage();
      }
    }
    try {
      assertThat(gpu.failures()).isEqualTo(1);
      gpu.assertClean();
    } catch (AssertionError e) {
      return e.getMessage();
    }
    return null;
  }

  private static float[] weights(MergeResult result) {
    Map<String, HostTensor> sorted = new TreeMap<>(result.model().parameters());
    float[] all = new float[0];
    for (HostTensor tensor : sorted.values()) {
      int before = all.length;
      all = Arrays.copyOf(all, before + tensor.values().length);
      System.arraycopy(tensor.values(), 0, all, before, tensor.values().length);
    }
    return all;
  }
}
