package dev.pleas.cpu.ejml;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.EncoderTests;

class EjmlEncoderTest extends EncoderTests {
  @Override
  protected TensorBackend newBackend() {
    return new EjmlBackend();
  }
}
