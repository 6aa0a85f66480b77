#include "convolution.h"

#include <algorithm>
#include <vector>

namespace standin {
namespace {

// Adds one channel seen through one tap of a filter to a plane of sums: whole rows at a time.
void addTap(const Convolution& shape, const float* plane, float factor, int row, int column, float* sums) {
  for (int i = 0; i < shape.outHeight; ++i) {
    int y = i * shape.strideHeight - shape.padHeight + row * shape.dilationHeight;
    if (y < 0 || y >= shape.h) {
      continue;
    }
    const float* from = plane + static_cast<long>(y) * shape.w;
    float* to = sums + static_cast<long>(i) * shape.outWidth;
    int offset = column * shape.dilationWidth - shape.padWidth;
    // The outputs whose input lies inside the row.
    int first = offset < 0 ? (-offset + shape.strideWidth - 1) / shape.strideWidth : 0;
    int last = shape.w - 1 - offset < 0 ? -1 : std::min(shape.outWidth - 1, (shape.w - 1 - offset) / shape.strideWidth);
    if (shape.strideWidth == 1) {
      for (int j = first; j <= last; ++j) {
        to[j] += from[j + offset] * factor;
      }
    } else {
      for (int j = first; j <= last; ++j) {
        to[j] += from[static_cast<long>(j) * shape.strideWidth + offset] * factor;
      }
    }
  }
}

}  // namespace

void convolve(const Convolution& shape, float alpha, const float* x, const float* filters, float beta, float* y) {
  const int inGroup = shape.c / shape.groups;
  const int outGroup = shape.k / shape.groups;
  const long inPlane = static_cast<long>(shape.h) * shape.w;
  const long outPlane = static_cast<long>(shape.outHeight) * shape.outWidth;
  std::vector<float> sums(static_cast<std::size_t>(outPlane));
  for (int image = 0; image < shape.n; ++image) {
    for (int filter = 0; filter < shape.k; ++filter) {
      std::fill(sums.begin(), sums.end(), 0.0f);
      for (int channel = 0; channel < inGroup; ++channel) {
        long in = static_cast<long>(image) * shape.c + static_cast<long>(filter / outGroup) * inGroup + channel;
        for (int row = 0; row < shape.r; ++row) {
          for (int column = 0; column < shape.s; ++column) {
            long tap = ((static_cast<long>(filter) * inGroup + channel) * shape.r + row) * shape.s + column;
            addTap(shape, x + in * inPlane, filters[tap], row, column, sums.data());
          }
        }
      }
      float* out = y + (static_cast<long>(image) * shape.k + filter) * outPlane;
      for (long i = 0; i < outPlane; ++i) {
        float sum = sums[static_cast<std::size_t>(i)];
        out[i] = beta == 0 ? alpha * sum : alpha * sum + beta * out[i];
      }
    }
  }
}

}  // namespace standin
