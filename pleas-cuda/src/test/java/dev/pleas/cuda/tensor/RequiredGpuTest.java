package dev.pleas.cuda.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.provider.Availability;
import dev.pleas.cuda.solve.CusolverProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Where a GPU is required, that there is none is a failure and no reason to skip tests. */
class RequiredGpuTest {
  @Test
  @EnabledIfSystemProperty(
      named = "pleas.requireGpu",
      matches = "true",
      disabledReason = "-Dpleas.requireGpu=true was not given: without a GPU tests may be skipped")
  void probe_gpuRequired_findsOne() {
    assertThat(new CudaBackendProvider().probe()).isInstanceOf(Availability.Available.class);
    assertThat(new CusolverProvider().probe()).isInstanceOf(Availability.Available.class);
  }
}
