package dev.pleas.cuda.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.cuda.driver.CudaContext;
import dev.pleas.cuda.driver.CudaException;
import dev.pleas.cuda.driver.Gpus;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import dev.pleas.cuda.standin.StandIn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(CleanStandIn.class)
class KernelModuleTest {
  @TempDir private Path folder;

  private StandIn gpu;

  @BeforeEach
  void cache() {
    Gpu.required();
    gpu = Gpu.standIn();
    System.setProperty(KernelCache.PROPERTY, folder.toString());
  }

  @AfterEach
  void usualCache() {
    System.clearProperty(KernelCache.PROPERTY);
  }

  /** Loads the kernels and returns how often the compiler ran. */
  private long compilations() {
    long before = gpu.calls("nvrtcCompileProgram");
    try (CudaContext context = CudaContext.open(Gpus.choose(null))) {
      context.run(() -> KernelModule.load(context));
    }
    return gpu.calls("nvrtcCompileProgram") - before;
  }

  private List<Path> kept() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void load_secondTime_compilesNothing() throws IOException {
    assertThat(compilations()).isEqualTo(1);
    assertThat(compilations()).isZero();
    assertThat(kept()).hasSize(1);
    assertThat(kept().get(0).getFileName().toString()).startsWith("kernels-sm_80-12060-");
  }

  @Test
  void load_anotherGpuOrDriver_compilesAgain() throws IOException {
    assertThat(compilations()).isEqualTo(1);
    gpu.devices(StandIn.Device.of(8, 6));
    assertThat(compilations()).isEqualTo(1);
    gpu.driverVersion(12080);
    assertThat(compilations()).isEqualTo(1);
    assertThat(kept()).hasSize(3);
  }

  @Test
  void load_imageThatTheDriverDoesNotTake_compilesAgainAndMendsIt() throws IOException {
    KernelCache cache = new KernelCache(folder);
    compilations();
    String name = kept().get(0).getFileName().toString();
    gpu.devices(StandIn.Device.of(9, 0));
    compilations();
    String other =
        kept().stream()
            .map(path -> path.getFileName().toString())
            .filter(file -> !file.equals(name))
            .findFirst()
            .orElseThrow();
    cache.write(name, cache.read(other).orElseThrow());
    gpu.devices(StandIn.Device.of(8, 0));
    assertThat(compilations()).isEqualTo(1);
    assertThat(compilations()).isZero();
  }

  @Test
  void load_gpuThatTheCompilerDoesNotKnow_takesPtx() throws IOException {
    gpu.devices(StandIn.Device.of(12, 0));
    assertThat(compilations()).isEqualTo(1);
    assertThat(kept().get(0).getFileName().toString()).startsWith("kernels-compute_90-");
    assertThat(compilations()).isZero();
  }

  @Test
  void load_compilerFails_saysSoAndKeepsNothing() throws IOException {
    gpu.failFunction("nvrtcCompileProgram");
    assertThatThrownBy(this::compilations)
        .isInstanceOf(CudaException.class)
        .hasMessageContaining("nvrtcCompileProgram for sm_80")
        .hasMessageContaining("NVRTC_ERROR");
    assertThat(kept()).isEmpty();
  }
}
