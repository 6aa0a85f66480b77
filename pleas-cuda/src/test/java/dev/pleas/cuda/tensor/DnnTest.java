package dev.pleas.cuda.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cuda.driver.CudaException;
import dev.pleas.cuda.standin.CleanStandIn;
import dev.pleas.cuda.standin.Gpu;
import dev.pleas.cuda.standin.StandIn;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(CleanStandIn.class)
class DnnTest {
  private static HostTensor whole(int seed, int... dims) {
    Shape shape = Shape.of(dims);
    float[] values = new float[(int) shape.elements()];
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(7) - 3;
    }
    return HostTensor.wrap(shape, values);
  }

  /** Of whole numbers, so that no order of additions makes a difference. */
  private static HostTensor convolution(TensorBackend backend, int groups) {
    try (TensorScope scope = backend.newScope()) {
      Tensor x = scope.tensor(whole(1, 3, 4, 9, 7));
      Tensor weight = scope.tensor(whole(2, 6, 4 / groups, 3, 2));
      Tensor bias = scope.tensor(whole(3, 6));
      return scope.conv2d(x, weight, bias, new Window(3, 2, 2, 1, 1, 1, 1, 2), groups).toHost();
    }
  }

  @Test
  void convolve_sizesThatItDoesNotDo_areDoneByProducts() {
    Gpu.required();
    StandIn gpu = Gpu.standIn();
    try (TensorBackend backend = new CudaBackendProvider().create()) {
      for (int groups : new int[] {1, 2}) {
        HostTensor byDnn = convolution(backend, groups);
        long convolutions = gpu.calls("cudnnConvolutionForward");
        assertThat(convolutions).isPositive();
        gpu.failFunction("cudnnGetConvolutionForwardWorkspaceSize");
        assertThat(convolution(backend, groups).values()).isEqualTo(byDnn.values());
        assertThat(gpu.calls("cudnnConvolutionForward")).isEqualTo(convolutions);
        gpu.failFunction("");
      }
    }
  }

  @Test
  void convolve_failure_isNoReasonToDoItAnotherWay() {
    Gpu.required();
    StandIn gpu = Gpu.standIn();
    try (TensorBackend backend = new CudaBackendProvider().create()) {
      gpu.failFunction("cudnnConvolutionForward");
      assertThatThrownBy(() -> convolution(backend, 1))
          .isInstanceOf(CudaException.class)
          .hasMessageContaining("cudnnConvolutionForward failed: CUDNN_STATUS_EXECUTION_FAILED");
      gpu.failFunction("");
    }
  }
}
