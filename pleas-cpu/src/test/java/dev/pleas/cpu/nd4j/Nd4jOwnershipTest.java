package dev.pleas.cpu.nd4j;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.OwnershipTests;

class Nd4jOwnershipTest extends OwnershipTests {
  @Override
  protected TensorBackend newBackend() {
    return NativeMachine.newBackend();
  }
}
