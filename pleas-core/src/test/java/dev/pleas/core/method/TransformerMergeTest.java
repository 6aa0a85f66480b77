package dev.pleas.core.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.core.symmetry.SymmetryProof;
import dev.pleas.core.symmetry.TinyTransformer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What can and what cannot yet be merged of transformers. */
class TransformerMergeTest {
  @AutoClose private final TensorBackend backend = Merging.backend();
  private final RandomSamples samples = new RandomSamples(1, 6, TinyTransformer.IMAGE);

  @Test
  void average_transformers_isTheMeanOfEveryWeightAndRuns() {
    Model a = TinyTransformer.random(1);
    Model b = TinyTransformer.random(2);
    MergeResult result =
        new AverageMethod()
            .merge(
                new MergeRequest(
                    List.of(a, b),
                    List.of("a", "b"),
                    null,
                    Map.of("heads", "shared"),
                    1,
                    Merging.tools(backend),
                    Progress.NONE));

    Model mean = result.model();
    assertThat(mean.graph().nodes()).isEqualTo(a.graph().nodes());
    a.parameters()
        .forEach(
            (name, tensor) -> {
              float[] found = mean.parameter(name).values();
              for (int i = 0; i < found.length; i++) {
                float half = tensor.values()[i] / 2 + b.parameter(name).values()[i] / 2;
                assertThat(found[i]).as(name).isEqualTo(half);
              }
            });
    assertThat(SymmetryProof.check(mean, Symmetry.derive(mean.graph()), backend, 1))
        .isLessThan(1e-5);
  }

  @Test
  void pleas_transformers_areRefusedWithAWayOut() {
    Model a = TinyTransformer.random(1);
    assertThatThrownBy(() -> Merging.merge(backend, a, TinyTransformer.random(2), samples))
        .isInstanceOf(ModelException.class)
        .hasMessage(
            "tiny-vit: 0.norm1 is a layer normalization: transformers cannot be merged by method"
                + " pleas yet; method average can");
  }

  @Test
  void pleas_attentionAlone_isRefusedToo() {
    Graph graph =
        new Graph(
            "mixer",
            Map.of("x", Shape.of(2, 3)),
            List.of(new Node("mix", new Op.Attention(1, 1), List.of("x", "x", "x"))),
            Map.of("out", "mix"),
            Map.of());
    Model model = new Model(graph, Map.<String, HostTensor>of());
    assertThatThrownBy(() -> Merging.merge(backend, model, model, samples))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("mixer: mix is an attention: transformers cannot be merged");
  }
}
