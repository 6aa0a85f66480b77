package dev.pleas.cuda.driver;

import dev.pleas.api.error.ProviderException;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Device;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/** The GPUs of this machine, and whether they can be used. */
public final class Gpus {
  /** The driver interface of CUDA 12.0, which every later 12.x library runs on. */
  static final int OLDEST_DRIVER = 12000;

  /** Volta; every kernel is compiled for what came since. */
  static final int OLDEST_ARCHITECTURE = 70;

  private Gpus() {}

  /**
   * A GPU.
   *
   * @param number from 0
   * @param name NVIDIA's name for it
   * @param architecture compute capability without the dot: 70 for 7.0
   * @param memoryBytes all of its memory
   */
  public record Gpu(int number, String name, int architecture, long memoryBytes) {
    /** Returns whether kernels can be compiled for it. */
    public boolean supported() {
      return architecture >= OLDEST_ARCHITECTURE;
    }

    /** Returns the compute capability with the dot. */
    public String computeCapability() {
      return architecture / 10 + "." + architecture % 10;
    }

    /** Returns what it is, for people. */
    public String description() {
      return name
          + ", compute capability "
          + computeCapability()
          + ", "
          + (memoryBytes >> 20)
          + " MiB";
    }
  }

  /**
   * Finds out whether a GPU can be used, and says which one would be.
   *
   * @param libraries all that are needed besides the driver
   */
  public static Availability probe(List<CudaLibrary> libraries) {
    CudaLibrary.Missing driver = CudaLibrary.DRIVER.load();
    if (driver != null) {
      return new Availability.Unavailable(driver.reason(), driver.remedy());
    }
    int[] version = new int[1];
    int status = JCudaDriver.cuDriverGetVersion(version);
    if (status == CUresult.CUDA_SUCCESS && version[0] < OLDEST_DRIVER) {
      return new Availability.Unavailable(
          "the NVIDIA driver is for CUDA "
              + cuda(version[0])
              + ", needed is one for CUDA "
              + cuda(OLDEST_DRIVER)
              + " or newer",
          "update NVIDIA's driver to version 525 or newer");
    }
    status = JCudaDriver.cuInit(0);
    if (status == CUresult.CUDA_ERROR_NO_DEVICE) {
      return noDevice();
    } else if (status != CUresult.CUDA_SUCCESS) {
      return new Availability.Unavailable(
          "the NVIDIA driver does not start: " + Status.driver(status),
          "see whether nvidia-smi works; reinstall the driver or restart the machine if not");
    }
    List<Gpu> gpus;
    try {
      gpus = all();
    } catch (CudaException e) {
      return new Availability.Unavailable(
          "the NVIDIA driver does not answer: " + e.getMessage(), "see whether nvidia-smi works");
    }
    if (gpus.isEmpty()) {
      return noDevice();
    }
    for (CudaLibrary library : libraries) {
      CudaLibrary.Missing missing = library.load();
      if (missing != null) {
        return new Availability.Unavailable(missing.reason(), missing.remedy());
      }
    }
    List<Gpu> usable = gpus.stream().filter(Gpu::supported).toList();
    if (usable.isEmpty()) {
      return new Availability.Unavailable(
          "no GPU is new enough: "
              + String.join("; ", gpus.stream().map(Gpu::description).toList())
              + ", needed is compute capability 7.0 or newer",
          "use a GPU of the Volta generation or newer");
    }
    return new Availability.Available(listed(usable));
  }

  private static String listed(List<Gpu> gpus) {
    return String.join("; ", gpus.stream().map(g -> g.number() + ": " + g.description()).toList());
  }

  private static Availability noDevice() {
    return new Availability.Unavailable(
        "there is no NVIDIA GPU, or none is visible",
        "see what nvidia-smi lists, and whether CUDA_VISIBLE_DEVICES hides the GPU");
  }

  /** Returns the version of CUDA that a driver's number stands for: 12.6 for 12060. */
  public static String cuda(int version) {
    return version / 1000 + "." + version % 1000 / 10;
  }

  /**
   * Lists the usable devices for people to choose from.
   *
   * @param libraries all that are needed besides the driver
   * @return empty where the driver does not answer
   */
  public static List<Device> devices(List<CudaLibrary> libraries) {
    if (!(probe(libraries) instanceof Availability.Available)) {
      return List.of();
    }
    try {
      return all().stream()
          .filter(Gpu::supported)
          .map(gpu -> new Device(gpu.number(), gpu.description(), gpu.memoryBytes()))
          .toList();
    } catch (CudaException e) {
      return List.of();
    }
  }

  /**
   * Lists all GPUs. The driver must have been started by {@link #probe}.
   *
   * @throws CudaException if the driver fails
   */
  public static List<Gpu> all() {
    int[] count = new int[1];
    Status.driver("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
    List<Gpu> gpus = new ArrayList<>();
    for (int number = 0; number < count[0]; number++) {
      CUdevice device = device(number);
      byte[] name = new byte[256];
      Status.driver("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device));
      int length = 0;
      while (length < name.length && name[length] != 0) {
        length++;
      }
      long[] memory = new long[1];
      Status.driver("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(memory, device));
      int architecture =
          10 * attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
              + attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
      gpus.add(
          new Gpu(
              number,
              new String(name, 0, length, StandardCharsets.UTF_8),
              architecture,
              memory[0]));
    }
    return gpus;
  }

  static CUdevice device(int number) {
    CUdevice device = new CUdevice();
    Status.driver("cuDeviceGet", JCudaDriver.cuDeviceGet(device, number));
    return device;
  }

  private static int attribute(CUdevice device, int attribute) {
    int[] value = new int[1];
    Status.driver(
        "cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device));
    return value[0];
  }

  /** Returns the version of the driver interface: 12060 for CUDA 12.6. */
  public static int driverVersion() {
    int[] version = new int[1];
    Status.driver("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
    return version[0];
  }

  /**
   * Returns the GPU to work on: the one that was chosen, or the one with the most free memory.
   *
   * @param number null for no choice
   * @throws ProviderException if it is not there or too old, listing those that are
   */
  public static Gpu choose(@Nullable Integer number) {
    List<Gpu> usable = all().stream().filter(Gpu::supported).toList();
    if (number == null) {
      return usable.size() == 1 ? usable.get(0) : freest(usable);
    }
    return usable.stream()
        .filter(gpu -> gpu.number() == number)
        .findFirst()
        .orElseThrow(
            () ->
                new ProviderException(
                    "there is no GPU "
                        + number
                        + " that can be used; there "
                        + (usable.size() == 1 ? "is " : "are ")
                        + listed(usable)));
  }

  private static Gpu freest(List<Gpu> gpus) {
    Gpu best = gpus.get(0);
    long most = -1;
    for (Gpu gpu : gpus) {
      long free = PrimaryContext.freeBytes(gpu);
      if (free > most) {
        best = gpu;
        most = free;
      }
    }
    return best;
  }
}
