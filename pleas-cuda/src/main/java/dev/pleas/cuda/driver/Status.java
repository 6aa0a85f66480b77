package dev.pleas.cuda.driver;

import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import jcuda.jcublas.cublasStatus;
import jcuda.jcudnn.JCudnn;
import jcuda.jcudnn.cudnnStatus;
import jcuda.jcusolver.cusolverStatus;
import jcuda.nvrtc.nvrtcResult;

/** Turns statuses into exceptions that name the call. */
public final class Status {
  private Status() {}

  /** Checks a call of the driver. */
  public static void driver(String call, int status) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw failed(call, driver(status));
    }
  }

  /** Checks a call of cuBLAS. */
  public static void cublas(String call, int status) {
    if (status != cublasStatus.CUBLAS_STATUS_SUCCESS) {
      throw failed(call, cublasStatus.stringFor(status));
    }
  }

  /** Checks a call of cuSOLVER. */
  public static void cusolver(String call, int status) {
    if (status != cusolverStatus.CUSOLVER_STATUS_SUCCESS) {
      throw failed(call, cusolverStatus.stringFor(status));
    }
  }

  /** Checks a call of cuDNN. */
  public static void cudnn(String call, int status) {
    if (status != cudnnStatus.CUDNN_STATUS_SUCCESS) {
      throw failed(call, JCudnn.cudnnGetErrorString(status));
    }
  }

  /** Checks a call of NVRTC. */
  public static void nvrtc(String call, int status) {
    if (status != nvrtcResult.NVRTC_SUCCESS) {
      throw failed(call, nvrtcResult.stringFor(status));
    }
  }

  /** Names a status of the driver. */
  static String driver(int status) {
    String[] name = new String[1];
    String[] text = new String[1];
    JCudaDriver.cuGetErrorName(status, name);
    JCudaDriver.cuGetErrorString(status, text);
    return name[0] == null ? "error " + status : name[0] + " (" + text[0] + ")";
  }

  private static CudaException failed(String call, String reason) {
    return new CudaException(
        call
            + " failed: "
            + reason
            + "; the GPU's results are lost. Run it again, have a look at what nvidia-smi reports, or"
            + " run on the CPU with --backend nd4j --solver openblas");
  }
}
