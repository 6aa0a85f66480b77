package dev.pleas.cuda.driver;

import dev.pleas.api.error.DeviceMemoryException;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** Memory of the current context's GPU. */
final class DeviceMemory {
  private DeviceMemory() {}

  /**
   * Allocates.
   *
   * @param pointer gets the address
   * @param bytes at least 1
   * @throws DeviceMemoryException if the GPU has not as much
   */
  static void allocate(Gpus.Gpu gpu, CUdeviceptr pointer, long bytes) {
    int status = JCudaDriver.cuMemAlloc(pointer, bytes);
    if (status == CUresult.CUDA_ERROR_OUT_OF_MEMORY) {
      throw exhausted(gpu, bytes, PrimaryContext.freeBytes());
    }
    Status.driver("cuMemAlloc", status);
  }

  private static DeviceMemoryException exhausted(Gpus.Gpu gpu, long bytes, long free) {
    return new DeviceMemoryException(
        "GPU "
            + gpu.number()
            + " ("
            + gpu.name()
            + "): "
            + Sizes.text(bytes)
            + " could not be allocated; "
            + Sizes.text(free)
            + " of "
            + Sizes.text(gpu.memoryBytes())
            + " are free. Use smaller batches, end other programs on this GPU (nvidia-smi lists"
            + " them), choose another one with --device, or run on the CPU with --backend nd4j"
            + " --solver openblas",
        bytes,
        gpu.memoryBytes() - free,
        gpu.memoryBytes());
  }
}
