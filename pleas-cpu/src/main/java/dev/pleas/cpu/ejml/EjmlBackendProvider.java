package dev.pleas.cpu.ejml;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.cpu.tensor.Parallel;

/** Offers the backend {@code ejml}: pure Java, slower than native ones, available everywhere. */
public final class EjmlBackendProvider implements TensorBackendProvider {
  /** For {@link java.util.ServiceLoader}. */
  public EjmlBackendProvider() {}

  @Override
  public String id() {
    return "ejml";
  }

  @Override
  public String description() {
    return "pure Java, runs everywhere";
  }

  @Override
  public int priority() {
    return 10;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  @Override
  public Availability probe() {
    return new Availability.Available(Parallel.threads() + " threads");
  }

  @Override
  public TensorBackend create() {
    return new EjmlBackend();
  }
}
