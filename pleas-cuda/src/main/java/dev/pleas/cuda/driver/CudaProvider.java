package dev.pleas.cuda.driver;

import dev.pleas.api.error.ProviderException;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Device;
import dev.pleas.api.provider.DeviceOptions;
import dev.pleas.api.provider.Provider;
import java.util.List;

/**
 * Offers something that runs on NVIDIA GPUs.
 *
 * @param <T> what
 */
public abstract class CudaProvider<T> implements Provider<T> {
  private final String kind;
  private final String id;
  private final String description;
  private final List<CudaLibrary> needed;

  /**
   * Does nothing.
   *
   * @param kind what people call it, for instance backend
   * @param needed the libraries that it needs besides the driver
   */
  protected CudaProvider(String kind, String id, String description, List<CudaLibrary> needed) {
    this.kind = kind;
    this.id = id;
    this.description = description;
    this.needed = needed;
  }

  /**
   * Makes it on a GPU that can be used.
   *
   * @param options what else was chosen
   */
  protected abstract T open(Gpus.Gpu gpu, DeviceOptions options);

  @Override
  public final String id() {
    return id;
  }

  @Override
  public final String description() {
    return description;
  }

  /** Returns 200: better than what runs on the CPU. */
  @Override
  public final int priority() {
    return 200;
  }

  @Override
  public final int apiVersion() {
    return API_VERSION;
  }

  @Override
  public final Availability probe() {
    return Gpus.probe(needed);
  }

  @Override
  public final List<Device> devices() {
    return Gpus.devices(needed);
  }

  @Override
  public final T create() {
    return create(DeviceOptions.AUTOMATIC);
  }

  @Override
  public final T create(DeviceOptions options) {
    if (probe() instanceof Availability.Unavailable no) {
      throw new ProviderException(
          kind + " " + id + " cannot be used here: " + no.reason() + " (" + no.remedy() + ")");
    }
    return open(Gpus.choose(options.device()), options);
  }
}
