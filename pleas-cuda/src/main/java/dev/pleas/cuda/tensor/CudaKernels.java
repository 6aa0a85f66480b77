package dev.pleas.cuda.tensor;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.backend.tensor.AttentionForm;
import dev.pleas.backend.tensor.ChannelSums;
import dev.pleas.backend.tensor.ConvolutionForm;
import dev.pleas.backend.tensor.Extent;
import dev.pleas.backend.tensor.GramSums;
import dev.pleas.backend.tensor.Kernels;
import dev.pleas.backend.tensor.SharedMemory;
import jcuda.driver.CUdeviceptr;
import org.jspecify.annotations.Nullable;

/** The operations on a GPU: products by cuBLAS, convolutions by cuDNN, the rest by kernels. */
final class CudaKernels implements Kernels<DeviceBlock> {
  private final Engine engine;
  private final Windows windows;
  private final Convolutions convolutions;

  CudaKernels(Engine engine, @Nullable Dnn dnn) {
    this.engine = engine;
    this.windows = new Windows(engine);
    this.convolutions = new Convolutions(engine, windows, dnn);
  }

  boolean hasDnn() {
    return convolutions.hasDnn();
  }

  @Override
  public void write(float[] values, DeviceBlock y) {
    engine.arrays().send(values, y.start());
  }

  @Override
  public void read(DeviceBlock x, float[] values) {
    engine.arrays().fetch(x.start(), values);
  }

  @Override
  public void convolve(
      ConvolutionForm form,
      DeviceBlock x,
      DeviceBlock weight,
      @Nullable DeviceBlock bias,
      DeviceBlock y) {
    if (bias != null) {
      broadcast(new Extent(form.samples(), form.filters(), form.positions()), bias, y);
    }
    engine.run(() -> convolutions.apply(form, x, weight, bias != null, y));
  }

  @Override
  public void linear(
      Extent form,
      int outputs,
      DeviceBlock x,
      DeviceBlock weight,
      @Nullable DeviceBlock bias,
      DeviceBlock y) {
    int samples = form.samples();
    int positions = form.positions();
    int features = form.channels();
    boolean accumulate = bias != null;
    if (bias != null) {
      broadcast(new Extent(samples, outputs, positions), bias, y);
    }
    if (positions == 1) {
      engine.multiply(
          new Products.Form(samples, outputs, features, false, true, accumulate),
          1,
          Products.Matrices.one(x.start()),
          Products.Matrices.one(weight.start()),
          Products.Matrices.one(y.start()));
    } else {
      engine.multiply(
          new Products.Form(outputs, positions, features, false, false, accumulate),
          samples,
          Products.Matrices.one(weight.start()),
          new Products.Matrices(x.start(), (long) features * positions),
          new Products.Matrices(y.start(), (long) outputs * positions));
    }
  }

  @Override
  public void broadcast(Extent form, @Nullable DeviceBlock value, DeviceBlock y) {
    engine.launch(
        "broadcast",
        form.elements(),
        value == null ? y.start() : value.start(),
        value == null ? 1 : 0,
        y.start(),
        form.elements(),
        form.channels(),
        (long) form.positions());
  }

  @Override
  public void batchNorm(Extent form, DeviceBlock x, Normalization<DeviceBlock> by, DeviceBlock y) {
    int channels = form.channels();
    try (SharedMemory<DeviceBlock> factors = engine.memory(2L * channels)) {
      CUdeviceptr scale = factors.data().start();
      CUdeviceptr shift = factors.data().at(channels);
      engine.launch(
          "batch_norm_factors",
          channels,
          by.weight().start(),
          by.bias().start(),
          by.mean().start(),
          by.variance().start(),
          by.epsilon(),
          scale,
          shift,
          channels);
      engine.launch(
          "affine",
          form.elements(),
          x.start(),
          scale,
          shift,
          y.start(),
          form.elements(),
          channels,
          (long) form.positions());
    }
  }

  @Override
  public void layerNorm(
      Extent form,
      DeviceBlock x,
      DeviceBlock weight,
      @Nullable DeviceBlock bias,
      double epsilon,
      DeviceBlock y) {
    long rows = (long) form.samples() * form.positions();
    engine.launch(
        "layer_norm",
        rows,
        x.start(),
        weight.start(),
        bias == null ? weight.start() : bias.start(),
        bias == null ? 0 : 1,
        epsilon,
        y.start(),
        rows,
        form.channels(),
        (long) form.positions());
  }

  @Override
  public void attention(
      AttentionForm form, DeviceBlock q, DeviceBlock k, DeviceBlock v, DeviceBlock y) {
    new CudaAttention(engine, form).apply(q, k, v, y);
  }

  @Override
  public void relu(DeviceBlock x, DeviceBlock y, long elements) {
    engine.launch("relu", elements, x.start(), y.start(), elements);
  }

  @Override
  public void gelu(DeviceBlock x, Op.Gelu.Form form, DeviceBlock y, long elements) {
    String kernel =
        switch (form) {
          case EXACT -> "gelu_exact";
          case TANH -> "gelu_tanh";
          case QUICK -> "gelu_quick";
        };
    engine.launch(kernel, elements, x.start(), y.start(), elements);
  }

  @Override
  public void tanh(DeviceBlock x, DeviceBlock y, long elements) {
    engine.launch("hyperbolic_tangent", elements, x.start(), y.start(), elements);
  }

  @Override
  public void sigmoid(DeviceBlock x, DeviceBlock y, long elements) {
    engine.launch("sigmoid", elements, x.start(), y.start(), elements);
  }

  @Override
  public void clip(DeviceBlock x, float low, float high, DeviceBlock y, long elements) {
    engine.launch("clip", elements, x.start(), low, high, y.start(), elements);
  }

  @Override
  public void add(DeviceBlock a, DeviceBlock b, DeviceBlock y, long elements) {
    engine.launch("sum", elements, a.start(), b.start(), y.start(), elements);
  }

  @Override
  public void multiply(DeviceBlock a, DeviceBlock b, DeviceBlock y, long elements) {
    engine.launch("product", elements, a.start(), b.start(), y.start(), elements);
  }

  @Override
  public void scale(DeviceBlock x, float factor, DeviceBlock y, long elements) {
    engine.launch("scaled", elements, x.start(), factor, y.start(), elements);
  }

  @Override
  public void maxPool(
      DeviceBlock x, DeviceBlock y, int planes, int height, int width, Window window) {
    windows.maxPool(x, y, planes, height, width, window);
  }

  @Override
  public void averagePool(DeviceBlock x, DeviceBlock y, int planes, int positions) {
    engine.launch("average_pool", planes, x.start(), y.start(), (long) planes, (long) positions);
  }

  @Override
  public void unfold(
      DeviceBlock x,
      DeviceBlock y,
      int planes,
      int height,
      int width,
      Window window,
      int @Nullable [] chosen) {
    if (chosen == null) {
      windows.unfold(x.start(), y, planes, height, width, window);
    } else {
      windows.unfold(x.start(), y, planes, height, width, window, chosen);
    }
  }

  @Override
  public void gather(
      DeviceBlock x, DeviceBlock y, long outer, int length, long inner, int[] indices) {
    long count = indices.length;
    long elements = outer * count * inner;
    int first = indices[0];
    int step = indices.length > 1 ? indices[1] - first : 0;
    if (regular(indices, first, step)) {
      engine.launch(
          "gather_steps",
          elements,
          x.start(),
          first,
          step,
          y.start(),
          elements,
          (long) length,
          inner,
          count);
      return;
    }
    try (SharedMemory<DeviceBlock> list = engine.memory(count)) {
      engine.arrays().send(indices, list.data().start());
      engine.launch(
          "gather",
          elements,
          x.start(),
          list.data().start(),
          y.start(),
          elements,
          (long) length,
          inner,
          count);
    }
  }

  /** Returns whether indices are equally far apart, as those of a slice or a repetition. */
  private static boolean regular(int[] indices, int first, int step) {
    for (int i = 0; i < indices.length; i++) {
      if (indices[i] != (long) first + (long) i * step) {
        return false;
      }
    }
    return true;
  }

  @Override
  public void place(
      DeviceBlock x, DeviceBlock y, long outer, long length, long inner, long start, long total) {
    long elements = outer * length * inner;
    engine.launch("place", elements, x.start(), y.start(), elements, length, inner, start, total);
  }

  @Override
  public GramSums<DeviceBlock> gramSums(int p, int q) {
    return new CudaGramSums(engine, p, q);
  }

  @Override
  public ChannelSums<DeviceBlock> channelSums(int channels) {
    return new CudaChannelSums(engine, channels);
  }
}
