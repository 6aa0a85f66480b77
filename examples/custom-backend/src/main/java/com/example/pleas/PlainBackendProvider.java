package com.example.pleas;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.provider.Availability;

/** Offers the tensor backend {@code example-plain}. */
public final class PlainBackendProvider implements TensorBackendProvider {
  @Override
  public String id() {
    return "example-plain";
  }

  @Override
  public String description() {
    return "plain loops over float arrays";
  }

  /** Below every backend of pleas-cpu: it is used where it is asked for by its id. */
  @Override
  public int priority() {
    return 1;
  }

  @Override
  public int apiVersion() {
    return API_VERSION;
  }

  /** A backend for hardware looks for its driver and device here, and says what is missing. */
  @Override
  public Availability probe() {
    return new Availability.Available("pure Java");
  }

  @Override
  public TensorBackend create() {
    return new PlainBackend();
  }
}
