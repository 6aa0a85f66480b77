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
  private final List<CudaLibrary> useful;

  /**
   * Does nothing.
   *
   * @param kind what people call it, for instance backend
   * @param needed the libraries that it needs besides the driver
   * @param useful the libraries that it is faster with
   */
  protected CudaProvider(
      String kind,
      String id,
      String description,
      List<CudaLibrary> needed,
      List<CudaLibrary> useful) {
    this.kind = kind;
    this.id = id;
    this.description = description;
    this.needed = needed;
    this.useful = useful;
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
    Availability found = Gpus.probe(needed);
    if (!(found instanceof Availability.Available here)) {
      return found;
    }
    StringBuilder detail = new StringBuilder(here.detail());
    for (CudaLibrary library : useful) {
      CudaLibrary.Missing missing = library.load();
      if (missing != null) {
        detail.append("; slower than with " + library.title() + ": " + missing.reason());
        detail.append(" (" + missing.remedy() + ")");
      }
    }
    return new Availability.Available(detail.toString());
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
