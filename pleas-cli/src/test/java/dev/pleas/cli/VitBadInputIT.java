package dev.pleas.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with a vision transformer is named, and nothing is written. */
class VitBadInputIT {
  private static final Path EXAMPLE = Path.of("..", "examples", "vit");
  private static final Path IMAGES =
      EXAMPLE.resolve("../fashion-mnist/calibration-images-idx3-ubyte.gz");

  @TempDir private Path folder;

  /** fashion-b without its metadata, so that nothing says how many heads it has. */
  private final Map<String, HostTensor> tensors = read("fashion-b");

  private static Map<String, HostTensor> read(String network) {
    Map<String, HostTensor> tensors = new LinkedHashMap<>();
    Path file = EXAMPLE.resolve(network + ".safetensors");
    try (Checkpoint checkpoint = new SafetensorsProvider().create().open(file)) {
      checkpoint.tensors().keySet().forEach(name -> tensors.put(name, checkpoint.read(name)));
    }
    return tensors;
  }

  private Path write() {
    return Tiny.write(folder.resolve("b.safetensors"), tensors, DType.F32);
  }

  private Run merge(Object... more) {
    List<Object> arguments = new ArrayList<>(List.of("merge", "-q", "--samples", "40"));
    arguments.addAll(List.of("-m", EXAMPLE.resolve("fashion-a.safetensors")));
    arguments.addAll(List.of("-m", folder.resolve("b.safetensors"), "--data", IMAGES));
    arguments.addAll(List.of("-o", folder.resolve("merged")));
    arguments.addAll(List.of(more));
    return Run.pleas(arguments.toArray());
  }

  private void refused(String message, Object... more) {
    Run run = merge(more);
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.lastError()).contains(message);
    assertThat(run.err()).doesNotContain("\tat ");
    assertThat(folder.resolve("merged")).doesNotExist();
  }

  @Test
  void merge_unknownHeads_asksForThemAndTakesThem() throws IOException {
    Path b = write();
    refused(
        b
            + ": encoder.layers.encoder_layer_0.self_attention.in_proj_weight: the number of"
            + " attention heads cannot be told from the tensors: give --heads N");

    Run told = merge("--heads", "4");
    assertThat(told.code()).as(told.err()).isZero();
  }

  @Test
  void merge_headsInConfigJson_areTaken() throws IOException {
    write();
    Files.writeString(folder.resolve("config.json"), "{\"model_args\": {\"num_heads\": 4}}");

    Run run = merge();
    assertThat(run.code()).as(run.err()).isZero();
  }

  @Test
  void merge_headsThatDoNotDivideTheWidth() {
    write();
    refused("7 heads (by --heads) do not divide the width 64", "--heads", "7");
  }

  @Test
  void merge_headsThatDiffer_areNamed() {
    write();
    Path recipe = folder.resolve("recipe.yaml");
    Run run =
        Run.pleas(
            "inspect", folder.resolve("b.safetensors"), "--heads", "8"); // as good as any other
    assertThat(run.code()).as(run.err()).isZero();
    try {
      Files.writeString(
          recipe,
          "models:\n  - {path: "
              + EXAMPLE.resolve("fashion-a.safetensors").toAbsolutePath()
              + "}\n  - {path: b.safetensors, heads: 8}\n");
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    Run merge = Run.pleas("merge", recipe, "--data", IMAGES, "-q", "-o", folder.resolve("merged"));
    assertThat(merge.code()).isEqualTo(1);
    assertThat(merge.lastError())
        .contains("the networks compute differently: ", "Attention[heads=4", "Attention[heads=8");
    assertThat(folder.resolve("merged")).doesNotExist();
  }

  @Test
  void merge_wordForTheNumberOfHeads_isAUsageError() {
    write();
    Run run = merge("--heads", "shared");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("expected the number of attention heads, found \"shared\"");
  }

  @Test
  void merge_withoutPositionEmbedding() {
    tensors.remove("encoder.pos_embedding");
    refused(write() + ": encoder.pos_embedding: missing", "--heads", "4");
  }

  @Test
  void merge_mixedLayouts() {
    tensors.putAll(read("fine-fashion"));
    refused(
        write()
            + ": conv_proj.weight is of torchvision layout, patch_embed.proj.weight of timm: the"
            + " checkpoint mixes two layouts",
        "--heads",
        "4");
  }

  @Test
  void merge_imagesOfAnotherSize() {
    write();
    refused(
        "fashion-a.safetensors: cannot take inputs [1, 24, 24]: encoder.pos_embedding: the position"
            + " embedding has 50 positions, 1 before the patches and so 7×7 patches, images of"
            + " 28×28, found images of 24×24",
        "--heads",
        "4",
        "--crop",
        "24");
    refused(
        "conv_proj.weight: images of 27×27 pixels cannot be cut into patches of 4×4",
        "--heads",
        "4",
        "--crop",
        "27");
  }
}
