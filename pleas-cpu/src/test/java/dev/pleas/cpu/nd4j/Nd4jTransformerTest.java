package dev.pleas.cpu.nd4j;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.TransformerTests;

class Nd4jTransformerTest extends TransformerTests {
  @Override
  protected TensorBackend newBackend() {
    return NativeMachine.newBackend();
  }
}
