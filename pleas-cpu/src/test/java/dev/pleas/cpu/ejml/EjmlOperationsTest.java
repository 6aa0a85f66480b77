package dev.pleas.cpu.ejml;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.OperationsTests;

class EjmlOperationsTest extends OperationsTests {
  @Override
  protected TensorBackend newBackend() {
    return new EjmlBackend();
  }
}
