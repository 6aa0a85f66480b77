package dev.pleas.cpu.nd4j;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.provider.Availability;

/** Skips tests, with the reason, where the native library is not available. */
final class NativeMachine {
  private NativeMachine() {}

  static TensorBackend newBackend() {
    Nd4jBackendProvider provider = new Nd4jBackendProvider();
    assumeThat(provider.probe()).isInstanceOf(Availability.Available.class);
    return provider.create();
  }
}
