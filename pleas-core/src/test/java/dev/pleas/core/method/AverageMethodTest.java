package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.merge.MergeMethod;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.provider.Registry;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class AverageMethodTest {
  @AutoClose private final TensorBackend backend = new ReferenceBackend();
  private final Registry registry = Registry.of(getClass().getClassLoader());

  private static Model network(int seed, int classes) {
    return RandomNetworks.weights(
        RandomNetworks.resNet(1, classes), seed, new RandomSamples(1, 2, RandomNetworks.input()));
  }

  private MergeRequest request(List<Model> models, Map<String, String> settings) {
    return new MergeRequest(
        models, List.of("a", "b"), null, settings, 1, Merging.tools(backend), Progress.NONE);
  }

  private MergeMethod average() {
    return registry.select(MergeMethodProvider.class, "average").provider().create();
  }

  @Test
  void merge_twoNetworks_isTheMeanOfEveryWeight() {
    Model a = network(1, 4);
    Model b = network(2, 4);
    Model mean = average().merge(request(List.of(a, b), Map.of("normalization", "none"))).model();

    assertThat(mean.graph().nodes()).isEqualTo(a.graph().nodes());
    assertThat(mean.graph().outputs()).isEqualTo(a.graph().outputs());
    assertThat(mean.parameters()).hasSameSizeAs(a.parameters());
    for (String name : a.parameters().keySet()) {
      for (int i = 0; i < mean.parameter(name).values().length; i++) {
        double sum = (double) a.parameter(name).values()[i] + b.parameter(name).values()[i];
        assertThat(mean.parameter(name).values()[i]).as(name).isEqualTo((float) (sum / 2));
      }
    }
  }

  @Test
  void merge_differentClasses_keepsEachHeadsBits() {
    Model a = network(1, 4);
    Model b = network(2, 3);
    Model mean = average().merge(request(List.of(a, b), Map.of("normalization", "none"))).model();

    assertThat(mean.graph().outputs()).containsOnlyKeys("a", "b");
    assertThat(mean.parameter("fc.a.weight").values()).isEqualTo(a.parameter("fc.weight").values());
    assertThat(mean.parameter("fc.b.bias").values()).isEqualTo(b.parameter("fc.bias").values());
  }

  @Test
  void registry_best_isPleas() {
    assertThat(registry.best(MergeMethodProvider.class).entry().id()).isEqualTo("pleas");
    assertThat(registry.entries(MergeMethodProvider.class))
        .allMatch(entry -> entry.usable())
        .extracting("id")
        .containsExactly("pleas", "regmean", "average");
  }
}
