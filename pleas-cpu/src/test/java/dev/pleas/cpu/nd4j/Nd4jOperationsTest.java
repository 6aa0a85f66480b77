package dev.pleas.cpu.nd4j;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.OperationsTests;

class Nd4jOperationsTest extends OperationsTests {
  @Override
  protected TensorBackend newBackend() {
    return NativeMachine.newBackend();
  }
}
