// The operations on a GPU that are not products of matrices. Each thread computes one element of
// the result (or one channel, one position) and talks to no other thread: no shared memory, no
// barriers, no atomics. So results do not depend on how threads are scheduled, and the sources
// also run as ordinary C++, thread by thread. Tensors are [N, C, L], row-major, float32; L is all
// axes after the second. Neighbouring threads read neighbouring elements wherever a loop is long.

#define INDEX ((long long) blockIdx.x * blockDim.x + threadIdx.x)

// ---------------------------------------------------------------- element by element

extern "C" __global__ void relu(const float* x, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    float v = x[i];
    y[i] = v > 0.0f || v != v ? v : 0.0f;
  }
}

// x times the normal distribution's share below x, by erfc, which keeps its digits in the lower
// tail. There its argument's rounding would cost some: what is lost, d, is put back by the
// derivative of erfc, -2/sqrt(pi) exp(-z^2).
extern "C" __global__ void gelu_exact(const float* x, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    float v = x[i];
    const float high = 0.70710678f;
    const float low = 1.2101617e-8f;  // 1 / sqrt(2) - high
    float z = -v * high;
    float d = fmaf(-v, high, -z) - v * low;
    float share = 0.5f * (erfcf(z) - 1.1283792f * expf(-z * z) * d);
    y[i] = v < -15.0f ? 0.0f : v > 6.0f ? v : v * share;
  }
}

// v / (1 + exp(-u)); u has the sign of v.
__device__ __forceinline__ float sigmoidal(float v, float u) {
  return v < -3.0e38f ? 0.0f : v / (1.0f + expf(-u));
}

extern "C" __global__ void gelu_tanh(const float* x, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    float v = x[i];
    // (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u)); 2 sqrt(2 / pi) is 1.5957691.
    y[i] = sigmoidal(v, 1.5957691f * fmaf(0.044715f * v * v, v, v));
  }
}

extern "C" __global__ void gelu_quick(const float* x, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    y[i] = sigmoidal(x[i], 1.702f * x[i]);
  }
}

extern "C" __global__ void hyperbolic_tangent(const float* x, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    y[i] = tanhf(x[i]);
  }
}

extern "C" __global__ void sigmoid(const float* x, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    y[i] = 1.0f / (1.0f + expf(-x[i]));
  }
}

// fminf and fmaxf give the other operand for NaN.
extern "C" __global__ void clip(const float* x, float low, float high, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    float v = x[i];
    y[i] = v < low ? low : v > high ? high : v;
  }
}

extern "C" __global__ void sum(const float* a, const float* b, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    y[i] = a[i] + b[i];
  }
}

extern "C" __global__ void product(const float* a, const float* b, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    y[i] = a[i] * b[i];
  }
}

extern "C" __global__ void scaled(const float* x, float factor, float* y, long long n) {
  long long i = INDEX;
  if (i < n) {
    y[i] = factor * x[i];
  }
}

// ---------------------------------------------------------------- by channel

// y[n, c, l] = value[c], or 0.
extern "C" __global__ void broadcast(
    const float* value, int zero, float* y, long long n, int channels, long long positions) {
  long long i = INDEX;
  if (i < n) {
    y[i] = zero ? 0.0f : value[i / positions % channels];
  }
}

// What a batch normalization multiplies with and adds.
extern "C" __global__ void batch_norm_factors(
    const float* weight,
    const float* bias,
    const float* mean,
    const float* variance,
    double epsilon,
    float* scale,
    float* shift,
    int channels) {
  long long c = INDEX;
  if (c < channels) {
    double factor = weight[c] / sqrt(variance[c] + epsilon);
    scale[c] = (float) factor;
    shift[c] = (float) (bias[c] - mean[c] * factor);
  }
}

extern "C" __global__ void affine(
    const float* x,
    const float* scale,
    const float* shift,
    float* y,
    long long n,
    int channels,
    long long positions) {
  long long i = INDEX;
  if (i < n) {
    int c = (int) (i / positions % channels);
    y[i] = x[i] * scale[c] + shift[c];
  }
}

// One thread for each sample and position goes through the channels three times.
extern "C" __global__ void layer_norm(
    const float* x,
    const float* weight,
    const float* bias,
    int has_bias,
    double epsilon,
    float* y,
    long long rows,
    int channels,
    long long positions) {
  long long i = INDEX;
  if (i < rows) {
    long long first = i / positions * channels * positions + i % positions;
    double total = 0.0;
    for (int c = 0; c < channels; c++) {
      total += x[first + c * positions];
    }
    double mean = total / channels;
    double squares = 0.0;
    for (int c = 0; c < channels; c++) {
      double centred = x[first + c * positions] - mean;
      squares += centred * centred;
    }
    double factor = 1.0 / sqrt(squares / channels + epsilon);
    for (int c = 0; c < channels; c++) {
      double v = (x[first + c * positions] - mean) * factor * weight[c];
      y[first + c * positions] = (float) (has_bias ? v + bias[c] : v);
    }
  }
}

// ---------------------------------------------------------------- windows

// least is minus infinity, for which NVRTC has no name: the largest of no elements at all.
extern "C" __global__ void max_pool(
    const float* x,
    float least,
    float* y,
    long long n,
    int height,
    int width,
    int out_height,
    int out_width,
    int kernel_height,
    int kernel_width,
    int stride_height,
    int stride_width,
    int pad_height,
    int pad_width,
    int dilation_height,
    int dilation_width) {
  long long i = INDEX;
  if (i < n) {
    int column = (int) (i % out_width);
    int row = (int) (i / out_width % out_height);
    const float* plane = x + i / out_width / out_height * height * width;
    float best = least;
    for (int a = 0; a < kernel_height; a++) {
      int from = row * stride_height - pad_height + a * dilation_height;
      for (int b = 0; b < kernel_width; b++) {
        int at = column * stride_width - pad_width + b * dilation_width;
        if (from >= 0 && from < height && at >= 0 && at < width) {
          float v = plane[(long long) from * width + at];
          best = v > best || v != v ? v : best;
        }
      }
    }
    y[i] = best;
  }
}

extern "C" __global__ void average_pool(const float* x, float* y, long long planes, long long positions) {
  long long i = INDEX;
  if (i < planes) {
    double total = 0.0;
    for (long long l = 0; l < positions; l++) {
      total += x[i * positions + l];
    }
    y[i] = (float) (total / positions);
  }
}

// y[plane * taps + tap, k] is what tap sees at window position chosen[k], or k.
extern "C" __global__ void unfold(
    const float* x,
    const int* chosen,
    int all,
    float* y,
    long long n,
    long long positions,
    int height,
    int width,
    int out_width,
    int kernel_height,
    int kernel_width,
    int stride_height,
    int stride_width,
    int pad_height,
    int pad_width,
    int dilation_height,
    int dilation_width) {
  long long i = INDEX;
  if (i < n) {
    long long k = i % positions;
    long long row = i / positions;
    int tap = (int) (row % (kernel_height * kernel_width));
    long long plane = row / (kernel_height * kernel_width);
    long long position = all ? k : chosen[k];
    long long from = position / out_width * stride_height - pad_height
        + (long long) (tap / kernel_width) * dilation_height;
    long long at = position % out_width * stride_width - pad_width
        + (long long) (tap % kernel_width) * dilation_width;
    bool inside = from >= 0 && from < height && at >= 0 && at < width;
    y[i] = inside ? x[(plane * height + from) * width + at] : 0.0f;
  }
}

// ---------------------------------------------------------------- moving

// y[o, k, i] = x[o, indices[k], i]
extern "C" __global__ void gather(
    const float* x, const int* indices, float* y, long long n, long long length, long long inner, long long count) {
  long long i = INDEX;
  if (i < n) {
    long long k = i / inner % count;
    y[i] = x[(i / inner / count * length + indices[k]) * inner + i % inner];
  }
}

// y[o, k, i] = x[o, first + k * step, i]: what needs no list of indices.
extern "C" __global__ void gather_steps(
    const float* x, int first, int step, float* y, long long n, long long length, long long inner, long long count) {
  long long i = INDEX;
  if (i < n) {
    long long k = i / inner % count;
    y[i] = x[(i / inner / count * length + first + k * step) * inner + i % inner];
  }
}

// y[o, start + k, i] = x[o, k, i]
extern "C" __global__ void place(
    const float* x, float* y, long long n, long long length, long long inner, long long start, long long total) {
  long long i = INDEX;
  if (i < n) {
    long long k = i / inner % length;
    y[(i / inner / length * total + start + k) * inner + i % inner] = x[i];
  }
}

// Samples [together * chunks, C, L] to [chunks, C, together * L].
extern "C" __global__ void pack(
    const float* x, float* y, long long n, int channels, long long positions, int together) {
  long long i = INDEX;
  if (i < n) {
    long long l = i % positions;
    long long c = i / positions % channels;
    long long sample = i / positions / channels;
    long long chunk = sample / together;
    y[((chunk * channels + c) * together + sample % together) * positions + l] = x[i];
  }
}

// ---------------------------------------------------------------- attention

// Scores [heads, S, T] to weights that add up to 1 over S; one thread for each column.
extern "C" __global__ void softmax(float* scores, float scale, long long columns, int keys, int queries) {
  long long i = INDEX;
  if (i < columns) {
    float* column = scores + i / queries * keys * queries + i % queries;
    float largest = scale * column[0];
    for (int s = 1; s < keys; s++) {
      float v = scale * column[(long long) s * queries];
      largest = v > largest || v != v ? v : largest;
    }
    float total = 0.0f;
    for (int s = 0; s < keys; s++) {
      float weight = expf(fmaf(scale, column[(long long) s * queries], -largest));
      column[(long long) s * queries] = weight;
      total += weight;
    }
    for (int s = 0; s < keys; s++) {
      column[(long long) s * queries] /= total;
    }
  }
}

// ---------------------------------------------------------------- moments, in float64

// Adds count products, p x q each, one after another. Of a symmetric product only the elements on
// and above the diagonal count, for both triangles, so that the sum is symmetric to the last bit.
extern "C" __global__ void add_products(
    const float* products, int count, double* sums, int p, int q, int symmetric) {
  long long i = INDEX;
  long long size = (long long) p * q;
  if (i < size) {
    long long row = i / q;
    long long column = i % q;
    long long from = symmetric && row > column ? column * q + row : i;
    double total = sums[i];
    for (int k = 0; k < count; k++) {
      total += products[k * size + from];
    }
    sums[i] = total;
  }
}

// Each channel's values are dealt out to `lanes` threads, partial sums [2, lanes, C].
extern "C" __global__ void channel_partials(
    const float* x, double* partials, int samples, int channels, long long positions, int lanes) {
  long long i = INDEX;
  if (i < (long long) channels * lanes) {
    int lane = (int) (i % lanes);
    long long c = i / lanes;
    double total = 0.0;
    double squares = 0.0;
    for (long long k = lane; k < samples * positions; k += lanes) {
      double v = x[(k / positions * channels + c) * positions + k % positions];
      total += v;
      squares += v * v;
    }
    partials[(long long) lane * channels + c] = total;
    partials[(long long) (lanes + lane) * channels + c] = squares;
  }
}

// Adds up the partial sums of each channel: sums [2, C].
extern "C" __global__ void channel_totals(
    const double* partials, double* sums, int channels, int lanes) {
  long long i = INDEX;
  if (i < 2 * channels) {
    long long c = i % channels;
    long long first = i / channels * lanes;
    double total = sums[i];
    for (int lane = 0; lane < lanes; lane++) {
      total += partials[(first + lane) * channels + c];
    }
    sums[i] = total;
  }
}
