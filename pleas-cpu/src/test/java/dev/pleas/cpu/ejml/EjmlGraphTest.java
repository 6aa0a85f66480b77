package dev.pleas.cpu.ejml;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.GraphTests;

class EjmlGraphTest extends GraphTests {
  @Override
  protected TensorBackend newBackend() {
    return new EjmlBackend();
  }
}
