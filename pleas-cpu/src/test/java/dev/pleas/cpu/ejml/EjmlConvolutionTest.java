package dev.pleas.cpu.ejml;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.ConvolutionTests;

class EjmlConvolutionTest extends ConvolutionTests {
  @Override
  protected TensorBackend newBackend() {
    return new EjmlBackend();
  }
}
