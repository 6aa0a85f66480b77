package dev.pleas.cuda.tensor;

import dev.pleas.api.graph.Window;
import dev.pleas.backend.tensor.SharedMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.driver.CUdeviceptr;

/**
 * What sees planes [height, width] through a sliding window.
 *
 * @param engine computes
 */
record Windows(Engine engine) {
  /** The largest element of each window. */
  void maxPool(DeviceBlock x, DeviceBlock y, int planes, int height, int width, Window window) {
    int outHeight = window.outputHeight(height);
    int outWidth = window.outputWidth(width);
    long elements = (long) planes * outHeight * outWidth;
    engine.launch(
        "max_pool",
        elements,
        with(
            window,
            x.start(),
            Float.NEGATIVE_INFINITY,
            y.start(),
            elements,
            height,
            width,
            outHeight,
            outWidth));
  }

  /** Lays out the patches of some window positions. */
  void unfold(
      CUdeviceptr x,
      DeviceBlock y,
      int planes,
      int height,
      int width,
      Window window,
      int[] chosen) {
    if (chosen.length > 0) {
      try (SharedMemory<DeviceBlock> indices = engine.memory(chosen.length)) {
        CUdeviceptr list = indices.data().start();
        engine.arrays().send(chosen, list);
        unfold(x, y, planes, height, width, window, list, false, chosen.length);
      }
    }
  }

  /** Lays out the patches of all window positions. */
  void unfold(CUdeviceptr x, DeviceBlock y, int planes, int height, int width, Window window) {
    long positions = (long) window.outputHeight(height) * window.outputWidth(width);
    // The list of positions is not looked at.
    unfold(x, y, planes, height, width, window, y.start(), true, positions);
  }

  private void unfold(
      CUdeviceptr x,
      DeviceBlock y,
      int planes,
      int height,
      int width,
      Window window,
      CUdeviceptr chosen,
      boolean all,
      long positions) {
    long elements = (long) planes * window.taps() * positions;
    engine.launch(
        "unfold",
        elements,
        with(
            window,
            x,
            chosen,
            all ? 1 : 0,
            y.start(),
            elements,
            positions,
            height,
            width,
            window.outputWidth(width)));
  }

  /** Arguments of a kernel, and then a window's. */
  private static Object[] with(Window window, Object... arguments) {
    List<Object> all = new ArrayList<>(Arrays.asList(arguments));
    all.addAll(
        List.of(
            window.kernelHeight(),
            window.kernelWidth(),
            window.strideHeight(),
            window.strideWidth(),
            window.padHeight(),
            window.padWidth(),
            window.dilationHeight(),
            window.dilationWidth()));
    return all.toArray();
  }
}
