package dev.pleas.cpu.ejml;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.cpu.tensor.OwnershipTests;

class EjmlOwnershipTest extends OwnershipTests {
  @Override
  protected TensorBackend newBackend() {
    return new EjmlBackend();
  }
}
