package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorBackendProvider;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.data.Samples;
import dev.pleas.api.match.MatcherProvider;
import dev.pleas.api.merge.MergeMethodProvider;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MergeResult;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Model;
import dev.pleas.api.model.ModelAdapterProvider;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.solve.LeastSquaresSolver;
import dev.pleas.api.solve.LeastSquaresSolverProvider;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.ImageData;
import dev.pleas.models.data.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The README's Java example, which is this file's {@code merge}, word for word. */
class EmbeddingIT {
  private static final Path ROOT = Path.of("..");

  // README
  static MergeResult merge(Path fileA, Path fileB, Path images) {
    Registry registry = Registry.of(EmbeddingIT.class.getClassLoader());
    CheckpointFormat format = registry.best(CheckpointFormatProvider.class).provider().create();
    Samples calibration =
        ImageData.open(
            new DataSpec(
                images,
                null,
                List.of(),
                200,
                new Preprocessing(List.of(0.2860f), List.of(0.3530f), 0, 0, 1)));
    try (Checkpoint a = format.open(fileA);
        Checkpoint b = format.open(fileB);
        TensorBackend backend = registry.best(TensorBackendProvider.class).provider().create();
        LeastSquaresSolver solver =
            registry.best(LeastSquaresSolverProvider.class).provider().create()) {
      Tools tools =
          new Tools(
              backend,
              registry.best(MatcherProvider.class).provider().create(),
              solver,
              registry
                  .select(LeastSquaresSolverProvider.class, "commons-math")
                  .provider()
                  .create());
      return registry
          .select(MergeMethodProvider.class, "pleas")
          .provider()
          .create()
          .merge(
              new MergeRequest(
                  List.of(read(registry, a, calibration), read(registry, b, calibration)),
                  List.of("a", "b"),
                  calibration,
                  Map.of("budget", "1.2", "heads", "shared"),
                  0,
                  tools,
                  Progress.NONE));
    }
  }

  static Model read(Registry registry, Checkpoint checkpoint, Samples samples) {
    Adaptation adaptation =
        registry
            .best(ModelAdapterProvider.class)
            .provider()
            .create()
            .adapt(checkpoint.tensors(), checkpoint.metadata(), samples.shape());
    if (adaptation instanceof Adaptation.Adapted network) {
      return Model.read(network.graph(), network.layout(), checkpoint);
    }
    throw new IllegalArgumentException(checkpoint.path() + ": " + adaptation);
  }

  // README

  @Test
  void readmeExample_bundledPair_merges() {
    Path example = ROOT.resolve("examples/fashion-mnist");
    MergeResult result =
        merge(
            example.resolve("all-a.safetensors"),
            example.resolve("all-b.safetensors"),
            example.resolve("calibration-images-idx3-ubyte.gz"));
    assertThat(result.model().graph().outputs()).containsOnlyKeys("logits");
    assertThat(result.report().layers()).hasSize(21);
    assertThat(result.report().layers())
        .allSatisfy(layer -> assertThat(layer.errorAfter()).isLessThan(layer.errorBefore()));
  }

  @Test
  void readme_containsThisExample() throws IOException {
    String source = Files.readString(Path.of("src/test/java/dev/pleas/cli/EmbeddingIT.java"));
    Matcher region =
        Pattern.compile("  // README\n(.*?)\n  // README\n", Pattern.DOTALL).matcher(source);
    assertThat(region.find()).isTrue();
    String example = region.group(1).strip().replaceAll("(?m)^  ", "");
    assertThat(Files.readString(ROOT.resolve("README.md")))
        .contains(example.replace("EmbeddingIT", "Example"));
  }
}
