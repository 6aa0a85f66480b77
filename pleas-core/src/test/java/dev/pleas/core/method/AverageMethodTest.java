package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ConfigurationException;
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
    List<String> names = List.of("a", "b", "c").subList(0, models.size());
    return new MergeRequest(
        models, names, null, settings, 1, Merging.tools(backend), Progress.NONE);
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
  void merge_unknownSetting_listsTheKnownOnes() {
    MergeRequest request = request(List.of(network(1, 4), network(2, 4)), Map.of("budget", "1"));
    assertThatThrownBy(() -> average().merge(request))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "unknown setting budget; there are: heads, normalization, batch-size, activation-memory-mib");
  }

  @Test
  void merge_threeNetworks_areRefused() {
    Model a = network(1, 4);
    assertThatThrownBy(() -> average().merge(request(List.of(a, a, a), Map.of())))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("this method merges two networks, found 3");
  }

  @Test
  void registry_best_isPleas() {
    assertThat(registry.best(MergeMethodProvider.class).entry().id()).isEqualTo("pleas");
    assertThat(registry.entries(MergeMethodProvider.class))
        .allMatch(entry -> entry.usable())
        .extracting("id")
        .containsExactly("pleas", "average");
  }
}
