package dev.pleas.cpu.tensor;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.tck.reference.ReferenceBackend;

/** The definitions that judge our backends agree with PyTorch themselves. */
class ReferenceEncoderTest extends EncoderTests {
  @Override
  protected TensorBackend newBackend() {
    return new ReferenceBackend();
  }
}
