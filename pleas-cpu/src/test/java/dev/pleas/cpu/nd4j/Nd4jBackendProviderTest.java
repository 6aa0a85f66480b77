package dev.pleas.cpu.nd4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.provider.Availability;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import org.junit.jupiter.api.Test;

class Nd4jBackendProviderTest {
  @Test
  void registry_bothBackends_nativeFirst() {
    assertThat(
            Registry.of(getClass().getClassLoader()).entries(TensorBackendProvider.class).stream()
                .map(RegistryEntry::id))
        .containsExactly("nd4j", "ejml");
  }

  @Test
  void create_whereProbeSaysAvailable_works() {
    Nd4jBackendProvider provider = new Nd4jBackendProvider();
    assumeThat(provider.probe()).isInstanceOf(Availability.Available.class);
    try (TensorBackend backend = provider.create()) {
      assertThat(backend.description()).matches("ND4J 1\\.0\\.0-M2\\.1, \\d+ threads");
    }
  }
}
