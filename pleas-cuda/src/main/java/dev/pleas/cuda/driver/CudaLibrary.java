package dev.pleas.cuda.driver;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The libraries of NVIDIA that are used, each behind a binding of JCuda. */
public enum CudaLibrary {
  /** The driver. */
  DRIVER(
      "jcuda.driver.JCudaDriver",
      "the NVIDIA driver",
      "install NVIDIA's driver, version 525 or newer"),
  /** Compiles kernels. */
  NVRTC("jcuda.nvrtc.JNvrtc", "NVRTC", toolkit("nvidia-cuda-nvrtc-cu12")),
  /** Multiplies matrices. */
  CUBLAS("jcuda.jcublas.JCublas2", "cuBLAS", toolkit("nvidia-cublas-cu12")),
  /** Factors matrices. */
  CUSOLVER("jcuda.jcusolver.JCusolverDn", "cuSOLVER", toolkit("nvidia-cusolver-cu12")),
  /** Convolves, faster than without it. */
  CUDNN("jcuda.jcudnn.JCudnn", "cuDNN", toolkit("nvidia-cudnn-cu12"));

  private static final Pattern NOT_FOUND =
      Pattern.compile("([\\w.+-]+\\.so[.\\d]*): cannot open shared object file");

  /** Of every library that was asked for: why it cannot be used, or nothing. */
  private static final Map<CudaLibrary, Optional<Missing>> LOADED = new ConcurrentHashMap<>();

  private final String binding;
  private final String title;
  private final String remedy;

  /**
   * Why a library cannot be used.
   *
   * @param reason for people
   * @param remedy what to do about it
   */
  public record Missing(String reason, String remedy) {}

  CudaLibrary(String binding, String title, String remedy) {
    this.binding = binding;
    this.title = title;
    this.remedy = remedy;
  }

  private static String toolkit(String wheel) {
    return "install the CUDA 12 toolkit, or `pip install "
        + wheel
        + "`, and name the folder with the library in LD_LIBRARY_PATH (PATH on Windows)";
  }

  /** Returns what it is called. */
  public String title() {
    return title;
  }

  /**
   * Loads the library the first time. The Java virtual machine tries once only, so the answer stays
   * the same.
   *
   * @return why it cannot be used, or null if it can
   */
  public @Nullable Missing load() {
    return LOADED
        .computeIfAbsent(this, library -> Optional.ofNullable(library.tried()))
        .orElse(null);
  }

  private @Nullable Missing tried() {
    try {
      Extraction.run(() -> Class.forName(binding, true, CudaLibrary.class.getClassLoader()));
      return null;
    } catch (LinkageError | ClassNotFoundException | IOException | RuntimeException e) {
      return missing(e.toString());
    }
  }

  /** Finds the reason in the message of a library that could not be loaded. */
  Missing missing(String message) {
    Matcher file = NOT_FOUND.matcher(message);
    if (file.find()) {
      return new Missing(title + " was not found (" + file.group(1) + ")", remedy);
    }
    return new Missing(
        title + " cannot be loaded: " + message.lines().findFirst().orElse(message).strip(),
        remedy + "; JCuda's natives are there for Linux and Windows on x86_64");
  }
}
