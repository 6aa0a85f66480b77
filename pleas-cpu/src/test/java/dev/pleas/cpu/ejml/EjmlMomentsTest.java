package dev.pleas.cpu.ejml;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.MomentsTests;

class EjmlMomentsTest extends MomentsTests {
  @Override
  protected TensorBackend newBackend() {
    return new EjmlBackend();
  }
}
