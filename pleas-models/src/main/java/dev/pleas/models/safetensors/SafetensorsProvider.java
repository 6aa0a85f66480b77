package dev.pleas.models.safetensors;

import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Provider;

/** Provides the safetensors format under the id {@code safetensors}. */
public final class SafetensorsProvider implements CheckpointFormatProvider {
  /** Does nothing; used by {@link java.util.ServiceLoader}. */
  public SafetensorsProvider() {}

  @Override
  public String id() {
    return "safetensors";
  }

  @Override
  public String description() {
    return "safetensors files, read memory-mapped, written atomically";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public int apiVersion() {
    return Provider.API_VERSION;
  }

  @Override
  public Availability probe() {
    return new Availability.Available("");
  }

  @Override
  public CheckpointFormat create() {
    return new SafetensorsFormat();
  }
}
