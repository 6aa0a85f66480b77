package dev.pleas.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.error.ProviderException;
import dev.pleas.api.provider.Availability;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import dev.pleas.cuda.standin.StandIn;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(CleanStandIn.class)
class GpusTest {
  private static final long MEMORY = 1L << 30;

  private static Availability.Unavailable unavailable() {
    Availability found = Gpus.probe(List.of(CudaLibrary.CUBLAS));
    assertThat(found).isInstanceOf(Availability.Unavailable.class);
    assertThat(Gpus.devices(List.of(CudaLibrary.CUBLAS))).isEmpty();
    return (Availability.Unavailable) found;
  }

  @Test
  void probe_aGpu_isDescribed() {
    Gpu.standIn().devices(new StandIn.Device("Card", MEMORY, 8, 6));
    assertThat(Gpus.probe(List.of(CudaLibrary.CUBLAS)))
        .isEqualTo(new Availability.Available("0: Card, compute capability 8.6, 1024 MiB"));
    assertThat(Gpus.devices(List.of(CudaLibrary.CUBLAS)))
        .containsExactly(
            new dev.pleas.api.provider.Device(0, "Card, compute capability 8.6, 1024 MiB", MEMORY));
  }

  @Test
  void probe_oldDriver_saysFoundAndNeeded() {
    Gpu.standIn().driverVersion(11040);
    Availability.Unavailable no = unavailable();
    assertThat(no.reason())
        .isEqualTo("the NVIDIA driver is for CUDA 11.4, needed is one for CUDA 12.0 or newer");
    assertThat(no.remedy()).isEqualTo("update NVIDIA's driver to version 525 or newer");
  }

  @Test
  void probe_noDevice_saysWhereToLook() {
    StandIn gpu = Gpu.standIn();
    gpu.initStatus(100);
    Availability.Unavailable no = unavailable();
    assertThat(no.reason()).isEqualTo("there is no NVIDIA GPU, or none is visible");
    assertThat(no.remedy()).contains("nvidia-smi", "CUDA_VISIBLE_DEVICES");
    gpu.initStatus(0);
    gpu.devices();
    assertThat(unavailable()).isEqualTo(no);
  }

  @Test
  void probe_driverDoesNotStart_quotesIt() {
    Gpu.standIn().initStatus(999);
    Availability.Unavailable no = unavailable();
    assertThat(no.reason()).startsWith("the NVIDIA driver does not start: CUDA_ERROR_UNKNOWN");
    assertThat(no.remedy()).contains("nvidia-smi", "reinstall the driver");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cuDeviceGetCount",
        "cuDeviceGet",
        "cuDeviceGetName",
        "cuDeviceTotalMem",
        "cuDeviceGetAttribute"
      })
  void probe_driverDoesNotAnswer_namesTheCall(String function) {
    Gpu.standIn().failFunction(function);
    Availability.Unavailable no = unavailable();
    assertThat(no.reason()).startsWith("the NVIDIA driver does not answer: " + function);
  }

  @Test
  void probe_oldGpus_areListedWithWhatIsNeeded() {
    Gpu.standIn()
        .devices(
            new StandIn.Device("Maxwell", MEMORY, 5, 2),
            new StandIn.Device("Pascal", MEMORY, 6, 1));
    Availability.Unavailable no = unavailable();
    assertThat(no.reason())
        .isEqualTo(
            "no GPU is new enough: Maxwell, compute capability 5.2, 1024 MiB; Pascal, compute"
                + " capability 6.1, 1024 MiB, needed is compute capability 7.0 or newer");
    assertThat(no.remedy()).contains("Volta");
  }

  @Test
  void choose_nothingSaid_takesTheOneWithTheMostFreeMemory() {
    StandIn gpu = Gpu.standIn();
    gpu.devices(
        new StandIn.Device("old", 4 * MEMORY, 6, 1),
        new StandIn.Device("busy", 4 * MEMORY, 8, 0),
        new StandIn.Device("idle", 2 * MEMORY, 8, 0));
    gpu.memory(1, MEMORY);
    Gpus.probe(List.of());
    assertThat(Gpus.choose(null).name()).isEqualTo("idle");
    assertThat(Gpus.choose(1).name()).isEqualTo("busy");
    assertThat(Gpus.devices(List.of(CudaLibrary.CUBLAS)))
        .extracting(device -> device.number())
        .containsExactly(1, 2);
    for (int missing : new int[] {0, 3}) {
      assertThatThrownBy(() -> Gpus.choose(missing))
          .isInstanceOf(ProviderException.class)
          .hasMessage(
              "there is no GPU "
                  + missing
                  + " that can be used; there are 1: busy, compute capability 8.0, 4096 MiB; 2:"
                  + " idle, compute capability 8.0, 2048 MiB");
    }
  }
}
