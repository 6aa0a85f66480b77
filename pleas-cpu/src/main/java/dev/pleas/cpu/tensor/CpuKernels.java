package dev.pleas.cpu.tensor;

import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.backend.tensor.AttentionForm;
import dev.pleas.backend.tensor.ChannelSums;
import dev.pleas.backend.tensor.ConvolutionForm;
import dev.pleas.backend.tensor.Extent;
import dev.pleas.backend.tensor.GramSums;
import dev.pleas.backend.tensor.Kernels;
import org.jspecify.annotations.Nullable;

/** The operations on the CPU: products by the backend, everything else by loops over blocks. */
final class CpuKernels<F extends Floats> implements Kernels<F> {
  private final CpuBackend<F> backend;

  CpuKernels(CpuBackend<F> backend) {
    this.backend = backend;
  }

  @Override
  public void write(float[] values, F y) {
    y.write(0, values, 0, values.length);
  }

  @Override
  public void read(F x, float[] values) {
    x.read(0, values, 0, values.length);
  }

  private static float[] values(Floats vector, int length) {
    float[] values = new float[length];
    vector.read(0, values, 0, length);
    return values;
  }

  @Override
  public void convolve(ConvolutionForm form, F x, F weight, @Nullable F bias, F y) {
    backend.convolve(form, x, weight, bias, y);
  }

  @Override
  public void linear(Extent form, int outputs, F x, F weight, @Nullable F bias, F y) {
    int samples = form.samples();
    int features = form.channels();
    if (form.positions() > 1) {
      Window point = Window.square(1, 1, 0);
      ConvolutionForm pointwise =
          new ConvolutionForm(samples, features, form.positions(), 1, outputs, point, 1);
      backend.convolve(pointwise, x, weight, bias, y);
      return;
    }
    if (bias != null) {
      broadcast(new Extent(samples, outputs, 1), bias, y);
    }
    backend.multiply(
        new Product(samples, outputs, features, false, true, bias != null, false),
        1,
        new Operand<>(x, 0, 0),
        new Operand<>(weight, 0, 0),
        new Operand<>(y, 0, 0));
  }

  @Override
  public void broadcast(Extent form, @Nullable F value, F y) {
    float[] values = value == null ? new float[form.channels()] : values(value, form.channels());
    Elementwise.fill(values, y, form.samples(), form.positions());
  }

  @Override
  public void batchNorm(Extent form, F x, Normalization<F> normalization, F y) {
    int channels = form.channels();
    float[] scale = values(normalization.weight(), channels);
    float[] shift = values(normalization.bias(), channels);
    float[] means = values(normalization.mean(), channels);
    float[] variances = values(normalization.variance(), channels);
    for (int c = 0; c < channels; c++) {
      double factor = scale[c] / Math.sqrt(variances[c] + normalization.epsilon());
      scale[c] = (float) factor;
      shift[c] = (float) (shift[c] - means[c] * factor);
    }
    Elementwise.affine(x, scale, shift, y, form.samples(), form.positions());
  }

  @Override
  public void layerNorm(Extent form, F x, F weight, @Nullable F bias, double epsilon, F y) {
    float[] scale = values(weight, form.channels());
    float[] shift = bias == null ? null : values(bias, form.channels());
    new LayerNormalization(scale, shift, epsilon).apply(x, y, form.samples(), form.positions());
  }

  @Override
  public void attention(AttentionForm form, F q, F k, F v, F y) {
    new CpuAttention<>(backend, form).apply(q, k, v, y);
  }

  @Override
  public void relu(F x, F y, long elements) {
    Elementwise.relu(x, y, elements);
  }

  @Override
  public void gelu(F x, Op.Gelu.Form form, F y, long elements) {
    Elementwise.gelu(x, form, y, elements);
  }

  @Override
  public void tanh(F x, F y, long elements) {
    Elementwise.tanh(x, y, elements);
  }

  @Override
  public void sigmoid(F x, F y, long elements) {
    Elementwise.sigmoid(x, y, elements);
  }

  @Override
  public void clip(F x, float low, float high, F y, long elements) {
    Elementwise.clip(x, low, high, y, elements);
  }

  @Override
  public void add(F a, F b, F y, long elements) {
    Elementwise.add(a, b, y, elements);
  }

  @Override
  public void multiply(F a, F b, F y, long elements) {
    Elementwise.multiply(a, b, y, elements);
  }

  @Override
  public void scale(F x, float factor, F y, long elements) {
    Elementwise.scale(x, factor, y, elements);
  }

  @Override
  public void maxPool(F x, F y, int planes, int height, int width, Window window) {
    Pooling.max(x, y, planes, height, width, window);
  }

  @Override
  public void averagePool(F x, F y, int planes, int positions) {
    Pooling.mean(x, y, planes, positions);
  }

  @Override
  public void unfold(
      F x, F y, int planes, int height, int width, Window window, int @Nullable [] chosen) {
    if (chosen == null) {
      Patches.unfold(x, 0, y, planes, height, width, window);
    } else {
      Patches.unfold(x, y, planes, height, width, window, chosen);
    }
  }

  @Override
  public void gather(F x, F y, long outer, int length, long inner, int[] indices) {
    Selection.gather(x, y, outer, length, inner, indices);
  }

  @Override
  public void place(F x, F y, long outer, long length, long inner, long start, long total) {
    Selection.place(x, y, outer, length, inner, start, total);
  }

  @Override
  public GramSums<F> gramSums(int p, int q) {
    return new CpuGramSums<>(backend, p, q);
  }

  @Override
  public ChannelSums<F> channelSums(int channels) {
    return new CpuChannelSums<>(backend, channels);
  }
}
