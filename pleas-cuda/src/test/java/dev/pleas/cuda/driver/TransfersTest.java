package dev.pleas.cuda.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import java.util.Random;
import jcuda.driver.CUdeviceptr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(CleanStandIn.class)
class TransfersTest {
  private static byte[] bytes(int length, int seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static void send(CudaContext context, byte[] bytes, CUdeviceptr to) {
    context.run(
        () ->
            context
                .transfers()
                .send(
                    (target, from) -> target.put(bytes, (int) from, target.remaining()),
                    to,
                    bytes.length));
  }

  private static byte[] fetch(CudaContext context, CUdeviceptr from, int length) {
    byte[] found = new byte[length];
    context.run(
        () ->
            context
                .transfers()
                .fetch(
                    from, length, (source, to) -> source.get(found, (int) to, source.remaining())));
    return found;
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        1,
        7,
        Transfers.PART - 1,
        Transfers.PART,
        Transfers.PART + 1,
        2 * Transfers.PART,
        3 * Transfers.PART + 5,
        19 * Transfers.PART + 123
      })
  void sendAndFetch_anyLength_givesTheBytesBack(int length) {
    Gpu.required();
    byte[] sent = bytes(length, length);
    try (CudaContext context = CudaContext.open(Gpus.choose(null))) {
      CUdeviceptr memory = context.allocate(length);
      send(context, sent, memory);
      assertThat(fetch(context, memory, length)).isEqualTo(sent);
      context.free(memory);
    }
  }

  @Test
  void send_toMemoryThatIsStillRead_waitsForIt() {
    Gpu.required();
    int length = 10 * Transfers.PART;
    byte[] first = bytes(length, 1);
    byte[] second = bytes(length, 2);
    try (CudaContext context = CudaContext.open(Gpus.choose(null))) {
      CUdeviceptr memory = context.allocate(length);
      CUdeviceptr copy = context.allocate(length);
      send(context, first, memory);
      context.run(
          () ->
              Status.driver(
                  "cuMemcpyDtoDAsync",
                  jcuda.driver.JCudaDriver.cuMemcpyDtoDAsync(
                      copy, memory, length, context.stream())));
      send(context, second, memory);
      assertThat(fetch(context, copy, length)).isEqualTo(first);
      assertThat(fetch(context, memory, length)).isEqualTo(second);
      context.free(copy);
      context.free(memory);
    }
  }
}
