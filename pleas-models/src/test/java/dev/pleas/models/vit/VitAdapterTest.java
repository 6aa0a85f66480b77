package dev.pleas.models.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is known, assumed, asked for and refused of vision transformers. */
class VitAdapterTest {
  private static final Map<String, String> HEADS = Map.of("pleas.heads", "3");
  private static final Shape IMAGE = Shape.of(3, 9, 9);

  private static Map<String, TensorInfo> tensors(String fixture) {
    try (Checkpoint file = new Fixture(fixture).checkpoint()) {
      return new LinkedHashMap<>(file.tensors());
    }
  }

  private static Adaptation adapt(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, @Nullable Shape input) {
    return new VitAdapter().adapt(tensors, metadata, input);
  }

  private static Adaptation.Adapted adapted(String fixture, Map<String, String> metadata) {
    return (Adaptation.Adapted) adapt(tensors(fixture), metadata, null);
  }

  private static void assertRefused(
      Map<String, TensorInfo> tensors,
      Map<String, String> metadata,
      @Nullable Shape input,
      String message) {
    assertThatThrownBy(() -> adapt(tensors, metadata, input))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
  }

  private static TensorInfo f32(int... dims) {
    return new TensorInfo(DType.F32, Shape.of(dims));
  }

  private static <T extends Op> T op(Graph graph, String name, Class<T> type) {
    return type.cast(
        graph.nodes().stream()
            .filter(node -> node.name().equals(name))
            .map(Node::op)
            .findFirst()
            .orElseThrow());
  }

  /** The shapes of a published network in timm's layout. */
  private static Map<String, TensorInfo> timm(int width, int depth, int hidden, int patch) {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    int patches = (224 / patch) * (224 / patch);
    tensors.put("cls_token", f32(1, 1, width));
    tensors.put("pos_embed", f32(1, patches + 1, width));
    linear(tensors, "patch_embed.proj", f32(width, 3, patch, patch));
    for (int i = 0; i < depth; i++) {
      String block = "blocks." + i + ".";
      linear(tensors, block + "norm1", f32(width));
      linear(tensors, block + "attn.qkv", f32(3 * width, width));
      linear(tensors, block + "attn.proj", f32(width, width));
      linear(tensors, block + "norm2", f32(width));
      linear(tensors, block + "mlp.fc1", f32(hidden, width));
      linear(tensors, block + "mlp.fc2", f32(width, hidden));
    }
    linear(tensors, "norm", f32(width));
    linear(tensors, "head", f32(1000, width));
    return tensors;
  }

  private static void linear(Map<String, TensorInfo> tensors, String module, TensorInfo weight) {
    tensors.put(module + ".weight", weight);
    tensors.put(module + ".bias", f32(weight.shape().dim(0)));
  }

  @ParameterizedTest
  @CsvSource({
    "192, 12, 768, 16, 3, vit-tiny/16",
    "384, 12, 1536, 16, 6, vit-small/16",
    "768, 12, 3072, 16, 12, vit-base/16",
    "768, 12, 3072, 32, 12, vit-base/32",
    "1024, 24, 4096, 14, 16, vit-large/14",
    "1280, 32, 5120, 14, 16, vit-huge/14"
  })
  void adapt_publishedSizes_knowsTheHeadsAndSaysSo(
      int width, int depth, int hidden, int patch, int heads, String name) {
    Adaptation.Adapted found =
        (Adaptation.Adapted) adapt(timm(width, depth, hidden, patch), Map.of(), null);

    assertThat(found.graph().architecture()).isEqualTo(name);
    assertThat(found.graph().inputs()).containsEntry("input", Shape.of(3, 224, 224));
    Op.Attention attention = op(found.graph(), "blocks.0.attn", Op.Attention.class);
    assertThat(attention.heads()).isEqualTo(heads);
    assertThat(attention.scale()).isEqualTo(1 / Math.sqrt((double) width / heads));
    assertThat(found.notes().get(0))
        .isEqualTo(
            "heads: the checkpoint does not say how many there are; "
                + heads
                + " were assumed, as in the published "
                + name.split("/", -1)[0]
                + "; give --heads if it has others");
  }

  @Test
  void adapt_headsUnknown_asksForThem() {
    assertRefused(
        tensors("timm-vit"),
        Map.of(),
        null,
        "blocks.0.attn.qkv.weight: the number of attention heads cannot be told from the tensors:"
            + " give --heads N (or metadata num_heads, or a config.json beside the checkpoint); N"
            + " divides 12: 1, 2, 3, 4, 6, 12");
  }

  @Test
  void adapt_headsThatDoNotDivideTheWidth_areRefused() {
    assertRefused(
        tensors("timm-vit"),
        Map.of("pleas.heads", "5"),
        null,
        "blocks.0.attn.qkv.weight: 5 heads (by --heads) do not divide the width 12; give --heads"
            + " with one of 1, 2, 3, 4, 6, 12");
    assertRefused(
        tensors("torchvision-vit"),
        Map.of("num_heads", "7"),
        null,
        "encoder.layers.encoder_layer_0.self_attention.in_proj_weight: 7 heads (by num_heads) do"
            + " not divide the width 12; give --heads with one of 1, 2, 3, 4, 6, 12");
    assertRefused(
        tensors("timm-vit"),
        Map.of("num_heads", "many"),
        null,
        "metadata num_heads: expected a positive whole number, found \"many\"");
  }

  @ParameterizedTest
  @CsvSource({
    "num_heads",
    "config.num_attention_heads",
    "config.vision_config.num_attention_heads",
    "config.model_args.num_heads"
  })
  void adapt_headsInMetadataOrConfig_areUsed(String key) {
    Adaptation.Adapted found = adapted("timm-vit", Map.of(key, "4"));

    assertThat(op(found.graph(), "blocks.1.attn", Op.Attention.class).heads()).isEqualTo(4);
    assertThat(found.notes()).isEmpty();
    Adaptation.Adapted told = adapted("timm-vit", Map.of(key, "4", "pleas.heads", "2"));
    assertThat(op(told.graph(), "blocks.1.attn", Op.Attention.class).heads()).isEqualTo(2);
  }

  @Test
  void adapt_activationAndEpsilon_areTheConfigsOrTheLibrarys() {
    Graph plain = adapted("timm-vit", HEADS).graph();
    assertThat(op(plain, "blocks.0.mlp.act", Op.Gelu.class).form()).isEqualTo(Op.Gelu.Form.EXACT);
    assertThat(op(plain, "norm", Op.LayerNorm.class).epsilon()).isEqualTo(1e-6);
    Graph tanh =
        adapted(
                "timm-vit",
                Map.of(
                    "pleas.heads",
                    "3",
                    "config.hidden_act",
                    "gelu_pytorch_tanh",
                    "config.layer_norm_eps",
                    "1e-5"))
            .graph();
    assertThat(op(tanh, "blocks.0.mlp.act", Op.Gelu.class).form()).isEqualTo(Op.Gelu.Form.TANH);
    assertThat(op(tanh, "norm", Op.LayerNorm.class).epsilon()).isEqualTo(1e-5);
    Adaptation.Adapted clip = adapted("openai-clip-visual", HEADS);
    assertThat(op(clip.graph(), "blocks.0.mlp.act", Op.Gelu.class).form())
        .isEqualTo(Op.Gelu.Form.QUICK);
    assertThat(clip.notes())
        .containsExactly(
            "activation: the checkpoint does not say which; QuickGELU was assumed, as in OpenAI's"
                + " CLIP; metadata act = gelu says otherwise");
    assertRefused(
        tensors("timm-vit"),
        Map.of("pleas.heads", "3", "act", "silu"),
        null,
        "metadata act: expected one of gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, quick_gelu,"
            + " found \"silu\"");
    assertRefused(
        tensors("timm-vit"),
        Map.of("pleas.heads", "3", "config.layer_norm_eps", "-1"),
        null,
        "metadata config.layer_norm_eps: expected a small positive number, found \"-1\"");
  }

  @Test
  void adapt_imagesThatAreNoWholePatches_areRefused() {
    assertRefused(
        tensors("timm-vit"),
        HEADS,
        Shape.of(3, 10, 9),
        "patch_embed.proj.weight: images of 10×9 pixels cannot be cut into patches of 3×3; scale"
            + " or crop them to a multiple of that");
  }

  @Test
  void adapt_imagesOfAnotherGrid_areRefused() {
    assertRefused(
        tensors("torchvision-vit"),
        HEADS,
        Shape.of(3, 12, 12),
        "encoder.pos_embedding: the position embedding has 10 positions, 1 before the patches and"
            + " so 3×3 patches, images of 9×9, found images of 12×12, 16 patches of 3×3; scale or"
            + " crop the images to the size that the network was trained on");
    assertRefused(
        tensors("torchvision-vit"),
        HEADS,
        Shape.of(1, 9, 9),
        "conv_proj.weight: expected an input [3, height, width], found [1, 9, 9]: the network takes"
            + " 3 channels");
  }

  @Test
  void adapt_missingPositionEmbeddingOrClassToken_isNamed() {
    for (String missing : List.of("encoder.pos_embedding", "class_token")) {
      Map<String, TensorInfo> tensors = tensors("torchvision-vit");
      tensors.remove(missing);
      assertRefused(tensors, HEADS, IMAGE, missing + ": missing: the checkpoint is incomplete");
    }
    Map<String, TensorInfo> timm = tensors("timm-vit");
    timm.remove("cls_token");
    assertThatThrownBy(() -> adapt(timm, HEADS, IMAGE))
        .hasMessageStartingWith("pos_embed: the position embedding has 10 positions, 0 before")
        .hasMessageEndingWith("(there is no cls_token, no dist_token)");
  }

  @Test
  void adapt_mixedLayouts_areRefused() {
    Map<String, TensorInfo> both = tensors("torchvision-vit");
    both.putAll(tensors("timm-vit"));
    assertRefused(
        both,
        HEADS,
        IMAGE,
        "conv_proj.weight is of torchvision layout, patch_embed.proj.weight of timm: the checkpoint"
            + " mixes two layouts; keep the tensors of one");
    Map<String, TensorInfo> split = tensors("timm-vit");
    split.put("blocks.0.attn.q.weight", f32(12, 12));
    assertThatThrownBy(() -> adapt(split, HEADS, IMAGE))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(
            "blocks.0.attn.q.weight: a vision transformer in timm layout has no such tensor:");
  }

  @Test
  void adapt_twoNetworksInOneFile_areRefused() {
    Map<String, TensorInfo> both = new LinkedHashMap<>();
    tensors("timm-vit")
        .forEach(
            (name, info) -> {
              both.put("model." + name, info);
              both.put("model_ema." + name, info);
            });
    assertRefused(
        both,
        HEADS,
        IMAGE,
        "model.patch_embed.proj.weight and model_ema.patch_embed.proj.weight are both there: the"
            + " checkpoint holds several networks; keep the tensors of one");
  }

  @Test
  void adapt_textTower_isRefusedWithAWayOut() {
    Map<String, TensorInfo> clip = tensors("openai-clip-visual");
    clip.put("text_projection", f32(12, 7));
    assertRefused(
        clip,
        HEADS,
        IMAGE,
        "text_projection: belongs to a text tower: only the vision tower of CLIP can be merged; save"
            + " that alone, for instance as a CLIPVisionModelWithProjection");
  }

  @Test
  void adapt_unsupportedVariants_areNamed() {
    Map<String, String> odd =
        Map.of(
            "reg_token", "timm-vit",
            "blocks.0.attn.q_norm.weight", "timm-vit",
            "patch_embed.norm.weight", "timm-vit",
            "dinov2.embeddings.register_tokens", "hf-dinov2-classifier",
            "heads.pre_logits.weight", "torchvision-vit");
    odd.forEach(
        (tensor, fixture) -> {
          Map<String, TensorInfo> tensors = tensors(fixture);
          tensors.put(tensor, f32(4, 12));
          assertThatThrownBy(() -> adapt(tensors, HEADS, new Fixture(fixture).input()))
              .as(tensor)
              .isInstanceOf(ModelException.class)
              .hasMessageContaining(tensor + ": a vision transformer in");
        });
  }

  @Test
  void adapt_integerWeights_areRefused() {
    Map<String, TensorInfo> quantized = tensors("timm-vit");
    quantized.put("blocks.1.mlp.fc1.weight", new TensorInfo(DType.I8, Shape.of(20, 12)));
    assertRefused(
        quantized,
        HEADS,
        IMAGE,
        "blocks.1.mlp.fc1.weight: expected a floating-point type, found I8: quantized checkpoints"
            + " are not supported");
  }

  @Test
  void adapt_withoutASquareGrid_assumesTheNearestAndSaysSo() {
    Adaptation.Adapted found = adapted("timm-vit-scale", HEADS);

    assertThat(found.graph().inputs()).containsEntry("input", Shape.of(3, 6, 9));
    assertThat(found.notes())
        .containsExactly(
            "input: the position embedding is for 6 patches, no square; images of 6×9 were assumed");
  }

  @Test
  void adapt_headsBesideTheBackbone_areFound() {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    tensors("timm-vit")
        .forEach(
            (name, info) ->
                tensors.put(
                    (name.startsWith("head.") ? "model." : "model.backbone.") + name, info));

    Adaptation.Adapted found = (Adaptation.Adapted) adapt(tensors, HEADS, IMAGE);

    assertThat(found.layout().tensorOf("head.weight")).isEqualTo("model.head.weight");
    assertThat(found.layout().tensorOf("blocks.1.attn.k.bias"))
        .isEqualTo("model.backbone.blocks.1.attn.qkv.bias");
    assertThat(found.graph().outputs()).containsOnlyKeys("logits");
  }
}
