package dev.pleas.cpu.ejml;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.TransformerTests;

class EjmlTransformerTest extends TransformerTests {
  @Override
  protected TensorBackend newBackend() {
    return new EjmlBackend();
  }
}
