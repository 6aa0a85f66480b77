// The mathematics of a convolution in two dimensions: cross-correlation of float tensors in NCHW.
#pragma once

namespace standin {

struct Convolution {
  int n, c, h, w;           // input
  int k, r, s;              // filters, their height and width; each sees c / groups channels
  int outHeight, outWidth;  // output
  int padHeight, padWidth;
  int strideHeight, strideWidth;
  int dilationHeight, dilationWidth;
  int groups;
};

/// y := alpha (x * filters) + beta y. y is not read where beta is zero.
void convolve(const Convolution& shape, float alpha, const float* x, const float* filters, float beta, float* y);

}  // namespace standin
