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
import dev.pleas.cuda.driver.ArrayTransfers;
import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.kernel.KernelModule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jcuda.driver.CUdeviceptr;
import org.jspecify.annotations.Nullable;

/** The operations on a GPU: products by cuBLAS, convolutions by cuDNN, the rest by kernels. */
final class CudaKernels implements Kernels<DeviceBlock> {
  private final CudaContext context;
  private final CudaBackend backend;
  private final KernelModule module;
  private final ArrayTransfers arrays;
  private final Products products;
  private final Convolutions convolutions;

  CudaKernels(CudaContext context, CudaBackend backend, KernelModule module, @Nullable Dnn dnn) {
    this.context = context;
    this.backend = backend;
    this.module = module;
    this.arrays = new ArrayTransfers(context);
    this.products = new Products(context);
    this.convolutions = new Convolutions(backend, this, products, dnn);
  }

  boolean hasDnn() {
    return convolutions.hasDnn();
  }

  /** Runs a kernel for each of several elements; does nothing if there are none. */
  private void launch(String kernel, long threads, Object... arguments) {
    if (threads > 0) {
      context.run(() -> module.launch(kernel, threads, arguments));
    }
  }

  @Override
  public void write(float[] values, DeviceBlock y) {
    arrays.send(values, y.start());
  }

  @Override
  public void read(DeviceBlock x, float[] values) {
    arrays.fetch(x.start(), values);
  }

  /** Copies float64 numbers to the host. */
  double[] readDoubles(CUdeviceptr from, int count) {
    double[] values = new double[count];
    arrays.fetch(from, values, count);
    return values;
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
    context.run(() -> convolutions.apply(form, x, weight, bias != null, y));
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
      multiply(
          new Products.Form(samples, outputs, features, false, true, accumulate),
          1,
          Products.Matrices.one(x.start()),
          Products.Matrices.one(weight.start()),
          Products.Matrices.one(y.start()));
    } else {
      multiply(
          new Products.Form(outputs, positions, features, false, false, accumulate),
          samples,
          Products.Matrices.one(weight.start()),
          new Products.Matrices(x.start(), (long) features * positions),
          new Products.Matrices(y.start(), (long) outputs * positions));
    }
  }

  /** Multiplies matrices on the GPU. */
  void multiply(
      Products.Form form,
      int count,
      Products.Matrices a,
      Products.Matrices b,
      Products.Matrices c) {
    context.run(() -> products.multiply(form, count, a, b, c));
  }

  @Override
  public void broadcast(Extent form, @Nullable DeviceBlock value, DeviceBlock y) {
    launch(
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
    try (SharedMemory<DeviceBlock> factors = new SharedMemory<>(backend, 2L * channels)) {
      CUdeviceptr scale = factors.data().start();
      CUdeviceptr shift = factors.data().at(channels);
      launch(
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
      launch(
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
    launch(
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
    new CudaAttention(backend, this, form).apply(q, k, v, y);
  }

  /** Turns scores [heads, S, T] into weights. */
  void softmax(AttentionForm form, int heads, DeviceBlock scores) {
    long columns = (long) heads * form.queries();
    launch(
        "softmax",
        columns,
        scores.start(),
        (float) form.scale(),
        columns,
        form.keys(),
        form.queries());
  }

  @Override
  public void relu(DeviceBlock x, DeviceBlock y, long elements) {
    launch("relu", elements, x.start(), y.start(), elements);
  }

  @Override
  public void gelu(DeviceBlock x, Op.Gelu.Form form, DeviceBlock y, long elements) {
    String kernel =
        switch (form) {
          case EXACT -> "gelu_exact";
          case TANH -> "gelu_tanh";
          case QUICK -> "gelu_quick";
        };
    launch(kernel, elements, x.start(), y.start(), elements);
  }

  @Override
  public void tanh(DeviceBlock x, DeviceBlock y, long elements) {
    launch("hyperbolic_tangent", elements, x.start(), y.start(), elements);
  }

  @Override
  public void add(DeviceBlock a, DeviceBlock b, DeviceBlock y, long elements) {
    launch("sum", elements, a.start(), b.start(), y.start(), elements);
  }

  @Override
  public void scale(DeviceBlock x, float factor, DeviceBlock y, long elements) {
    launch("scaled", elements, x.start(), factor, y.start(), elements);
  }

  @Override
  public void maxPool(
      DeviceBlock x, DeviceBlock y, int planes, int height, int width, Window window) {
    int outHeight = window.outputHeight(height);
    int outWidth = window.outputWidth(width);
    long elements = (long) planes * outHeight * outWidth;
    launch(
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

  @Override
  public void averagePool(DeviceBlock x, DeviceBlock y, int planes, int positions) {
    launch("average_pool", planes, x.start(), y.start(), (long) planes, (long) positions);
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
      unfold(x.start(), y, planes, height, width, window);
    } else if (chosen.length > 0) {
      try (SharedMemory<DeviceBlock> indices = new SharedMemory<>(backend, chosen.length)) {
        CUdeviceptr list = indices.data().start();
        arrays.send(chosen, list);
        unfold(x.start(), y, planes, height, width, window, list, false, chosen.length);
      }
    }
  }

  /** Lays out the patches of all window positions. */
  void unfold(CUdeviceptr x, DeviceBlock y, int planes, int height, int width, Window window) {
    long positions = (long) window.outputHeight(height) * window.outputWidth(width);
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
    launch(
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

  @Override
  public void gather(
      DeviceBlock x, DeviceBlock y, long outer, int length, long inner, int[] indices) {
    long count = indices.length;
    long elements = outer * count * inner;
    int first = indices[0];
    int step = indices.length > 1 ? indices[1] - first : 0;
    if (regular(indices, first, step)) {
      launch(
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
    try (SharedMemory<DeviceBlock> list = new SharedMemory<>(backend, count)) {
      arrays.send(indices, list.data().start());
      launch(
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
    launch("place", elements, x.start(), y.start(), elements, length, inner, start, total);
  }

  @Override
  public GramSums<DeviceBlock> gramSums(int p, int q) {
    return new CudaGramSums(backend, this, p, q);
  }

  @Override
  public ChannelSums<DeviceBlock> channelSums(int channels) {
    return new CudaChannelSums(this, channels);
  }

  /** Returns memory for float64 numbers, all zero. */
  SharedMemory<DeviceBlock> zeros(long count) {
    SharedMemory<DeviceBlock> memory = new SharedMemory<>(backend, 2 * count);
    try {
      clear(memory.data().start(), 8 * count);
    } catch (RuntimeException e) {
      memory.close();
      throw e;
    }
    return memory;
  }

  /** Sets memory to zero. */
  void clear(CUdeviceptr start, long bytes) {
    if (bytes > 0) {
      context.run(() -> context.clear(start, bytes));
    }
  }

  /** Lays samples [together · chunks, C, L] side by side: [chunks, C, together · L]. */
  void pack(CUdeviceptr x, DeviceBlock y, int chunks, int together, int channels, int positions) {
    long elements = (long) chunks * together * channels * positions;
    launch("pack", elements, x, y.start(), elements, channels, (long) positions, together);
  }

  /** Adds products, p×q each, to float64 sums. */
  void addProducts(DeviceBlock from, int count, CUdeviceptr sums, int p, int q, boolean symmetric) {
    launch("add_products", (long) p * q, from.start(), count, sums, p, q, symmetric ? 1 : 0);
  }

  /** Adds the values of each channel and their squares to float64 sums [2, C]. */
  void addChannels(
      DeviceBlock x, int samples, int channels, int positions, int lanes, CUdeviceptr sums) {
    // Two float64 numbers for each lane of each channel.
    try (SharedMemory<DeviceBlock> partials = new SharedMemory<>(backend, 4L * lanes * channels)) {
      CUdeviceptr partial = partials.data().start();
      launch(
          "channel_partials",
          (long) channels * lanes,
          x.start(),
          partial,
          samples,
          channels,
          (long) positions,
          lanes);
      launch("channel_totals", 2L * channels, partial, sums, channels, lanes);
    }
  }
}
