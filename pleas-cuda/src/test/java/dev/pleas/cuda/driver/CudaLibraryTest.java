package dev.pleas.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CudaLibraryTest {
  @Test
  void missing_aLibrary_namesItAndHowToGetIt() {
    CudaLibrary.Missing missing =
        CudaLibrary.CUBLAS.missing(
            "java.lang.UnsatisfiedLinkError: Error while loading native library"
                + " \"JCublas2-12.6.0-linux-x86_64\"\nStack trace …:"
                + " /tmp/libJCublas2-12.6.0-linux-x86_64.so: libcublas.so.12: cannot open shared"
                + " object file: No such file or directory");
    assertThat(missing.reason()).isEqualTo("cuBLAS was not found (libcublas.so.12)");
    assertThat(missing.remedy())
        .contains("CUDA 12 toolkit", "pip install nvidia-cublas-cu12", "LD_LIBRARY_PATH");
  }

  @Test
  void missing_theDriver_saysWhichToInstall() {
    assertThat(
            CudaLibrary.DRIVER.missing(
                "libcuda.so.1: cannot open shared object file: No such file"))
        .isEqualTo(
            new CudaLibrary.Missing(
                "the NVIDIA driver was not found (libcuda.so.1)",
                "install NVIDIA's driver, version 525 or newer"));
  }

  @Test
  void missing_anythingElse_isQuoted() {
    CudaLibrary.Missing missing =
        CudaLibrary.NVRTC.missing("java.lang.UnsatisfiedLinkError: no such platform\nat somewhere");
    assertThat(missing.reason())
        .isEqualTo("NVRTC cannot be loaded: java.lang.UnsatisfiedLinkError: no such platform");
    assertThat(missing.remedy()).contains("Linux and Windows on x86_64");
  }
}
