package dev.pleas.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * The kernels in the eyes of NVIDIA's own compiler, which needs no GPU. {@code PLEAS_NVRTC} names
 * the folder of libnvrtc.so.12.
 */
class RealCompilerTest {
  @Test
  @EnabledIfEnvironmentVariable(
      named = "PLEAS_NVRTC",
      matches = ".+",
      disabledReason = "PLEAS_NVRTC does not name a folder with NVIDIA's libnvrtc.so.12")
  void compile_forEveryArchitecture_works() throws IOException, InterruptedException {
    ProcessBuilder command =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            CompileForEveryGpu.class.getName());
    command.environment().put("LD_LIBRARY_PATH", System.getenv("PLEAS_NVRTC"));
    command.redirectErrorStream(true);
    Process process = command.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).startsWith("NVRTC 12.");
    for (int architecture : CompileForEveryGpu.ARCHITECTURES) {
      assertThat(output).containsPattern("sm_" + architecture + " elf=true bytes=\\d{5,}\n");
    }
    assertThat(output)
        .containsPattern("compute_\\d+ ptx=true\n")
        .contains("broken: nvrtcCompileProgram for compute_")
        .contains("identifier \"undeclared\" is undefined");
  }
}
