package dev.pleas.cuda.merge;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.error.DeviceMemoryException;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.core.oracle.Family;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.Gpus;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import dev.pleas.cuda.standin.StandIn;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * However little memory there is, a merge works, goes on with smaller batches and says so, or fails
 * and names the sizes.
 */
@ExtendWith(CleanStandIn.class)
class LittleMemoryTest {
  private static final int STEPS = 40;

  private final SmallMerge merge = SmallMerge.of(Family.RESNET, 48);

  private enum End {
    AS_IT_IS,
    SMALLER_BATCHES,
    TOO_LITTLE
  }

  /** Notes at once, as a person at a terminal sees them. */
  private static final class Notes implements Progress {
    private final List<String> texts = new ArrayList<>();

    @Override
    public Stage begin(String name, long steps) {
      return Progress.NONE.begin(name, steps);
    }

    @Override
    public void note(String text) {
      texts.add(text);
    }
  }

  @Test
  void merge_anyLimitOfTheBackend_endsWell() {
    sweep(0, bytes -> run(new DeviceOptions(null, bytes), "would exceed the limit of"));
  }

  @Test
  void merge_anyMemoryOfTheGpu_endsWell() {
    StandIn gpu = Gpu.standIn();
    sweep(
        transferBuffers(gpu),
        bytes -> {
          gpu.memory(0, bytes);
          // More than there is: the limit must not step in before the GPU does.
          return run(new DeviceOptions(null, 1L << 40), "could not be allocated");
        });
  }

  /** Returns the memory that the backend and the solver hold whatever they compute. */
  private static long transferBuffers(StandIn gpu) {
    Gpu.required();
    try (CudaContext context = CudaContext.open(Gpus.choose(null))) {
      assertThat(context.gpu().number()).isZero();
      return 2 * gpu.usedBytes(0);
    }
  }

  /**
   * Merges with less and less memory.
   *
   * @param always what the sweep adds to the memory for tensors
   */
  private void sweep(long always, LongFunction<End> run) {
    StandIn gpu = Gpu.standIn();
    long held = transferBuffers(gpu);
    gpu.reset();
    merge.onGpu("1.0", DeviceOptions.AUTOMATIC, Progress.NONE);
    long tensors = gpu.peakBytes(0) - held;
    Map<End, Integer> ends = new EnumMap<>(End.class);
    for (int step = 1; step <= STEPS; step++) {
      gpu.reset();
      ends.merge(run.apply(always + tensors * step / STEPS), 1, Integer::sum);
      gpu.assertClean();
    }
    assertThat(ends).containsOnlyKeys(End.values());
  }

  private End run(DeviceOptions options, String expected) {
    Notes notes = new Notes();
    try {
      MergeResult result = merge.onGpu("1.0", options, notes);
      assertThat(result.report().notes()).containsAll(notes.texts);
      for (String note : notes.texts) {
        assertThat(note).startsWith("the device has too little memory for batches of ");
      }
      return notes.texts.isEmpty() ? End.AS_IT_IS : End.SMALLER_BATCHES;
    } catch (DeviceMemoryException e) {
      assertThat(e).hasMessageContaining(expected).hasMessageContaining("--backend nd4j");
      assertThat(e.requestedBytes()).isPositive();
      return End.TOO_LITTLE;
    }
  }
}
