package dev.pleas.cpu.nd4j;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.MomentsTests;

class Nd4jMomentsTest extends MomentsTests {
  @Override
  protected TensorBackend newBackend() {
    return NativeMachine.newBackend();
  }
}
