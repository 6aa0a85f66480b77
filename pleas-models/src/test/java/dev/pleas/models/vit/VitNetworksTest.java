package dev.pleas.models.vit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.CompiledGraph;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Model;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks of torchvision, timm, Hugging Face and OpenAI's naming, against their own outputs. */
class VitNetworksTest {
  /** PyTorch computes in float32: some 20 layers with sums of up to 27 terms, 1e-5 is generous. */
  private static final double EXACT_TOLERANCE = 1e-5;

  /** What the project promises of its backends. */
  private static final double TOLERANCE = 1e-4;

  static Stream<Fixture> networks() {
    return Fixture.ALL.stream();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void adapt_anyLayout_computesWhatItsLibraryDoes(Fixture network) {
    Model model = network.model();
    Map<String, HostTensor> expected = network.values();
    Plain input = Plain.of(expected.remove("input"));
    assertThat(model.graph().outputs().keySet()).isEqualTo(expected.keySet()).isNotEmpty();

    Map<String, Plain> values =
        PlainNetwork.values(model.graph(), model.parameters(), Map.of("input", input));

    expected.forEach(
        (output, value) ->
            compare(
                Plain.of(value),
                values.get(model.graph().outputs().get(output)),
                output,
                EXACT_TOLERANCE));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void run_onEveryBackend_computesWhatItsLibraryDoes(Fixture network) {
    List<RegistryEntry<TensorBackendProvider>> backends =
        Registry.of(VitNetworksTest.class.getClassLoader())
            .entries(TensorBackendProvider.class)
            .stream()
            .filter(RegistryEntry::usable)
            .toList();
    assertThat(backends).extracting(RegistryEntry::id).contains("ejml");
    Map<String, HostTensor> expected = network.values();
    HostTensor input = expected.remove("input");
    Model model = network.model();
    for (RegistryEntry<TensorBackendProvider> entry : backends) {
      try (TensorBackend backend = Objects.requireNonNull(entry.provider()).create();
          CompiledGraph compiled = backend.compile(model.graph(), model.parameters());
          TensorScope scope = backend.newScope()) {
        compiled
            .run(scope, Map.of("input", scope.tensor(input)))
            .forEach(
                (output, value) ->
                    compare(
                        Plain.of(expected.get(output)),
                        Plain.of(value.toHost()),
                        entry.id() + " " + output,
                        TOLERANCE));
      }
    }
  }

  private static void compare(Plain expected, Plain found, String what, double tolerance) {
    assertThat(found.shape()).as(what).isEqualTo(expected.shape());
    for (int n = 0; n < found.dim(0); n++) {
      Plain logits = expected.gather(0, new int[] {n});
      double difference = found.gather(0, new int[] {n}).distance(logits);
      assertThat(difference / logits.largest()).as("%s of %d", what, n).isLessThan(tolerance);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void pack_everyTensor_isTheFilesBits(Fixture network) {
    Adaptation.Adapted adapted = network.adapted();
    Model model = network.model();
    try (Checkpoint file = network.checkpoint()) {
      TreeSet<String> all =
          new TreeSet<>(adapted.layout().tensors(adapted.graph().parameters()).keySet());
      all.addAll(adapted.passengers());
      assertThat(all).isEqualTo(new TreeSet<>(file.tensors().keySet()));
      for (String tensor : all) {
        if (!adapted.passengers().contains(tensor)) {
          HostTensor packed = adapted.layout().pack(tensor, model::parameter);
          HostTensor stored = file.read(tensor);
          assertThat(packed.shape()).as(tensor).isEqualTo(stored.shape());
          assertThat(packed.values()).as(tensor).isEqualTo(stored.values());
        }
      }
    }
  }

  @Test
  void adapt_oneNetworkInSeveralLayouts_isOneGraph() {
    Adaptation.Adapted torchvision = new Fixture("torchvision-vit").adapted();
    for (String other :
        List.of("torchvision-vit-old-mlp", "torchvision-prefixed", "timm-vit", "timm-nested")) {
      Adaptation.Adapted adapted = new Fixture(other).adapted();
      assertThat(adapted.graph().architecture()).isEqualTo(torchvision.graph().architecture());
      assertThat(adapted.graph().nodes()).as(other).isEqualTo(torchvision.graph().nodes());
      assertThat(adapted.graph().parameters())
          .as(other)
          .isEqualTo(torchvision.graph().parameters());
    }
    assertThat(torchvision.graph().architecture())
        .isEqualTo("vit[width=12,depth=2,heads=3,mlp=20,patch=3]");
    // Hugging Face's differs by its epsilon alone, 1e-12.
    Map<String, Object> parameters =
        new LinkedHashMap<>(new Fixture("hf-vit-classifier").adapted().graph().parameters());
    assertThat(parameters).isEqualTo(torchvision.graph().parameters());
  }

  @Test
  void reference_runsTheSame() {
    // The reference backend interprets node by node what PlainNetwork does by itself.
    Fixture network = new Fixture("timm-deit-distilled");
    Model model = network.model();
    HostTensor input = network.values().get("input");
    try (TensorBackend backend = new ReferenceBackend();
        CompiledGraph compiled = backend.compile(model.graph(), model.parameters());
        TensorScope scope = backend.newScope()) {
      Plain found =
          Plain.of(
              compiled.run(scope, Map.of("input", scope.tensor(input))).get("logits").toHost());
      compare(Plain.of(network.values().get("logits")), found, "reference", EXACT_TOLERANCE);
    }
  }
}
