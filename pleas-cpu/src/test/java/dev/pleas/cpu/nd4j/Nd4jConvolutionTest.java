package dev.pleas.cpu.nd4j;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.ConvolutionTests;

class Nd4jConvolutionTest extends ConvolutionTests {
  @Override
  protected TensorBackend newBackend() {
    return NativeMachine.newBackend();
  }
}
