package dev.pleas.tck.reference;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.provider.Availability;

/** Makes {@link ReferenceBackend}s; available everywhere, and the last choice. */
public final class ReferenceBackendProvider implements TensorBackendProvider {
  /** Makes a provider. */
  public ReferenceBackendProvider() {}

  @Override
  public String id() {
    return "reference";
  }

  @Override
  public String description() {
    return "definitions in float64, for tests";
  }

  @Override
  public int priority() {
    return Integer.MIN_VALUE;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public Availability probe() {
    return new Availability.Available("");
  }

  @Override
  public TensorBackend create() {
    return new ReferenceBackend();
  }
}
