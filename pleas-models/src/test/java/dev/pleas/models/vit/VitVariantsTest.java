package dev.pleas.models.vit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Adaptation.Adapted;
import dev.pleas.api.model.Adaptation.NotRecognized;
import dev.pleas.api.model.ParameterLayout.Packed;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the layouts store, and what of their variants is taken or refused. */
class VitVariantsTest {
  private static final Map<String, String> HEADS = Map.of("num_heads", "3");
  private static final String DAMAGED =
      "the checkpoint is damaged or of a variant that is not supported";

  private static Map<String, TensorInfo> tensors(String name) {
    try (Checkpoint file = new Fixture(name).checkpoint()) {
      return new LinkedHashMap<>(file.tensors());
    }
  }

  private static Adaptation adapt(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    return new VitAdapter().adapt(tensors, metadata, null);
  }

  private static Adapted adapted(Map<String, TensorInfo> tensors) {
    return (Adapted) adapt(tensors, HEADS);
  }

  private static Graph graph(Map<String, TensorInfo> tensors) {
    return adapted(tensors).graph();
  }

  private static Node node(Graph graph, String name) {
    return graph.nodes().stream().filter(n -> n.name().equals(name)).findFirst().orElseThrow();
  }

  private static void refused(Map<String, TensorInfo> tensors, String message) {
    refused(tensors, HEADS, message);
  }

  private static void refused(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, String message) {
    assertThatThrownBy(() -> adapt(tensors, metadata))
        .isInstanceOf(ModelException.class)
        .hasMessage(message);
  }

  private static TensorInfo f32(int... dims) {
    return new TensorInfo(DType.F32, Shape.of(dims));
  }

  @Test
  void adapt_torchvision_hasTheseNodes() {
    Graph graph = graph(tensors("torchvision-vit"));
    assertThat(graph.nodes().subList(0, 18))
        .extracting(Node::name)
        .containsExactly(
            "patch",
            "tokens",
            "class.prepend",
            "position.add",
            "blocks.0.norm1",
            "blocks.0.attn.q",
            "blocks.0.attn.k",
            "blocks.0.attn.v",
            "blocks.0.attn",
            "blocks.0.attn.proj",
            "blocks.0.add1",
            "blocks.0.norm2",
            "blocks.0.mlp.fc1",
            "blocks.0.mlp.act",
            "blocks.0.mlp.fc2",
            "blocks.0.add2",
            "blocks.1.norm1",
            "blocks.1.attn.q");
    assertThat(node(graph, "patch").op())
        .isEqualTo(
            new Op.Conv2d("patch.weight", "patch.bias", new Window(3, 3, 3, 3, 0, 0, 1, 1), 1));
    assertThat(node(graph, "blocks.0.attn").op()).isEqualTo(new Op.Attention(3, 0.5));
    assertThat(node(graph, "blocks.0.add2").inputs())
        .containsExactly("blocks.0.add1", "blocks.0.mlp.fc2");
    assertThat(node(graph, "norm").op())
        .isEqualTo(new Op.LayerNorm("norm.weight", "norm.bias", 1e-6));
    assertThat(graph.outputs()).containsExactly(Map.entry("logits", "head"));
  }

  @Test
  void adapt_torchvision_storesItsParametersSo() {
    assertThat(adapted(tensors("torchvision-prefixed")).layout().packed())
        .contains(
            new Packed("module.class_token", List.of("class"), 0, true, 3),
            new Packed("module.encoder.pos_embedding", List.of("position"), 0, true, 3),
            new Packed(
                "module.encoder.layers.encoder_layer_1.self_attention.in_proj_weight",
                List.of(
                    "blocks.1.attn.q.weight", "blocks.1.attn.k.weight", "blocks.1.attn.v.weight"),
                0,
                false,
                2),
            Packed.renamed("module.heads.head.bias", "head.bias", 1));
  }

  @Test
  void adapt_dinov2Classifier_isTwoLinearLayersInOneTensor() {
    Adapted adapted = adapted(tensors("hf-dinov2-classifier"));
    assertThat(adapted.layout().packed())
        .contains(
            new Packed(
                "classifier.weight", List.of("head.class.weight", "head.mean.weight"), 1, false, 2),
            Packed.renamed("classifier.bias", "head.class.bias", 1));
    assertThat(adapted.passengers()).containsExactly("dinov2.embeddings.mask_token");
    assertThat(adapted.graph().parameterShape("head.mean.weight")).isEqualTo(Shape.of(5, 12));
  }

  @Test
  void adapt_openAiProjection_isStoredTransposed() {
    Adapted adapted = adapted(tensors("openai-clip-visual"));
    assertThat(adapted.layout().packed())
        .contains(
            new Packed("visual.proj", List.of("head.weight"), 0, true, 2),
            new Packed("visual.class_embedding", List.of("class"), 0, true, 1),
            new Packed("visual.positional_embedding", List.of("position"), 0, true, 2));
    assertThat(adapted.graph().parameterShape("head.weight")).isEqualTo(Shape.of(7, 12));
    assertThat(adapted.graph().outputs()).containsExactly(Map.entry("image_embeds", "head"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "module.",
        "model.",
        "backbone.",
        "encoder.",
        "vit.",
        "state_dict.",
        "model_ema.",
        "module.model.",
        "state_dict.model.encoder."
      })
  void adapt_prefixedNames_giveTheSameGraph(String prefix) {
    for (String name : List.of("torchvision-vit", "timm-vit", "hf-vit-pooler", "hf-clip-vision")) {
      Map<String, TensorInfo> plain = tensors(name);
      Map<String, TensorInfo> prefixed = new LinkedHashMap<>();
      plain.forEach((tensor, info) -> prefixed.put(prefix + tensor, info));
      // Not square: 9×6 pixels in one of them.
      Map<String, String> metadata =
          Map.of("num_heads", "3", "pleas.input", name.equals("hf-vit-pooler") ? "3x9x6" : "3x9x9");
      Adapted adapted = (Adapted) adapt(prefixed, metadata);
      Graph graph = adapted.graph();
      assertThat(graph.nodes()).isEqualTo(((Adapted) adapt(plain, metadata)).graph().nodes());
      assertThat(adapted.layout().tensors(graph.parameters()).keySet())
          .containsExactlyInAnyOrderElementsOf(prefixed.keySet());
    }
  }

  @Test
  void adapt_headBesideTheBackbone_isFound() {
    Map<String, TensorInfo> tensors = new LinkedHashMap<>();
    tensors("timm-vit-avg-cls")
        .forEach(
            (name, info) ->
                tensors.put(name.matches("head.*|fc_norm.*") ? name : "backbone." + name, info));
    Adapted adapted = adapted(tensors);
    assertThat(adapted.graph().outputs()).containsExactly(Map.entry("logits", "head"));
    assertThat(adapted.layout().tensorOf("head.weight")).isEqualTo("head.weight");
    assertThat(adapted.layout().tensorOf("norm.weight")).isEqualTo("norm.weight");
    assertThat(adapted.layout().tensorOf("patch.bias")).isEqualTo("backbone.patch_embed.proj.bias");
  }

  @Test
  void adapt_classifierAndPooler_areTwoOutputs() {
    Map<String, TensorInfo> tensors = tensors("hf-vit-classifier");
    tensors.put("vit.pooler.dense.weight", f32(12, 12));
    tensors.put("vit.pooler.dense.bias", f32(12));
    Graph graph = graph(tensors);
    assertThat(List.copyOf(graph.outputs().entrySet()))
        .containsExactly(Map.entry("logits", "head"), Map.entry("pooler_output", "pooler.act"));
    assertThat(node(graph, "pooler.act").op()).isEqualTo(new Op.Tanh());
  }

  @Test
  void adapt_distilled_isTheMeanOfTwoClassifiers() {
    Map<String, TensorInfo> tensors = tensors("timm-deit-distilled");
    Graph graph = graph(tensors);
    assertThat(node(graph, "head").op()).isEqualTo(new Op.Multiply(0.5));
    assertThat(node(graph, "head.sum").inputs()).containsExactly("head.class", "head.distillation");
    tensors.keySet().removeIf(name -> name.startsWith("head"));
    assertThat(graph(tensors).outputs()).containsExactly(Map.entry("pooler_output", "pool"));
    tensors.put("head.weight", f32(5, 12));
    refused(tensors, "head_dist.weight: missing: the checkpoint is incomplete");
  }

  @Test
  void adapt_pooling_followsTheConfiguration() {
    Map<String, TensorInfo> token = tensors("timm-vit");
    Graph mean =
        ((Adapted) adapt(token, Map.of("num_heads", "3", "config.global_pool", "avg"))).graph();
    assertThat(node(mean, "head").inputs()).containsExactly("patches");
    assertThat(node(graph(token), "head").inputs()).containsExactly("first");
    Map<String, String> said = Map.of("num_heads", "3", "config.global_pool", "token");
    Graph first = ((Adapted) adapt(tensors("timm-vit-avg-cls"), said)).graph();
    assertThat(node(first, "fc_norm").inputs()).containsExactly("first");
    refused(
        token,
        Map.of("num_heads", "3", "config.global_pool", "map"),
        "metadata config.global_pool: expected token or avg, other pooling is not supported, found"
            + " \"map\"");
  }

  @Test
  void adapt_headsThatTheUserGives_winAndAreNoted() {
    Map<String, String> metadata = Map.of("pleas.heads", "4", "config.num_attention_heads", "3");
    Adapted adapted = (Adapted) adapt(tensors("timm-vit"), metadata);
    assertThat(adapted.graph().architecture()).contains("heads=4");
    assertThat(adapted.notes())
        .containsExactly("heads: 4, as --heads says, though config.num_attention_heads is 3");
  }

  @ParameterizedTest
  @CsvSource({
    "gelu,EXACT",
    "gelu_new,TANH",
    "gelu_pytorch_tanh,TANH",
    "gelu_fast,TANH",
    "quick_gelu,QUICK"
  })
  void adapt_activation_followsTheConfiguration(String text, Op.Gelu.Form form) {
    Map<String, String> metadata = Map.of("num_heads", "3", "config.hidden_act", text);
    Adapted adapted = (Adapted) adapt(tensors("hf-clip-vision"), metadata);
    assertThat(node(adapted.graph(), "blocks.0.mlp.act").op()).isEqualTo(new Op.Gelu(form));
    assertThat(adapted.notes()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "torchvision-vit,1e-6",
    "timm-vit,1e-6",
    "timm-vit-prenorm,1e-5",
    "hf-deit,1e-12",
    "hf-dinov2,1e-6",
    "hf-clip-vision,1e-5",
    "openai-clip-visual,1e-5"
  })
  void adapt_epsilon_isTheLibrarys(String name, double epsilon) {
    assertThat(((Op.LayerNorm) node(graph(tensors(name)), "blocks.1.norm2").op()).epsilon())
        .isEqualTo(epsilon);
    Map<String, String> said = Map.of("num_heads", "3", "config.layer_norm_eps", "0.01");
    Graph graph = ((Adapted) adapt(tensors(name), said)).graph();
    assertThat(((Op.LayerNorm) node(graph, "norm").op()).epsilon()).isEqualTo(0.01);
  }

  @Test
  void adapt_patchesThatAreNotSquare_areTaken() {
    Map<String, TensorInfo> tensors = tensors("timm-vit");
    tensors.put("patch_embed.proj.weight", f32(12, 3, 2, 5));
    Graph graph = graph(tensors);
    assertThat(graph.valueShape("input")).isEqualTo(Shape.of(3, 6, 15));
    assertThat(graph.architecture()).isEqualTo("vit[width=12,depth=2,heads=3,mlp=20,patch=2x5]");
  }

  @ParameterizedTest
  @CsvSource({
    "torchvision-vit,class_token",
    "torchvision-vit,encoder.pos_embedding",
    "torchvision-vit,encoder.ln.weight",
    "torchvision-vit-old-mlp,encoder.layers.encoder_layer_0.mlp.linear_2.weight",
    "timm-vit,pos_embed",
    "timm-vit,norm.weight",
    "timm-vit,blocks.1.attn.qkv.weight",
    "timm-vit-prenorm,norm_pre.weight",
    "timm-vit-avg,fc_norm.weight",
    "hf-deit,deit.embeddings.position_embeddings",
    "hf-deit,classifier.weight",
    "hf-vit-pooler,pooler.dense.weight",
    "hf-clip-vision,vision_model.embeddings.class_embedding",
    "hf-clip-vision,vision_model.pre_layrnorm.weight",
    "openai-clip-visual,visual.ln_post.weight",
  })
  void adapt_missingTensor_isNamed(String network, String name) {
    Map<String, TensorInfo> tensors = tensors(network);
    assertThat(tensors.remove(name)).isNotNull();
    Map<String, String> metadata = new LinkedHashMap<>(HEADS);
    if (network.equals("hf-vit-pooler") || network.equals("timm-vit-avg")) {
      metadata.put("pleas.input", "3x9x6");
    }
    refused(tensors, metadata, name + ": missing: the checkpoint is incomplete");
  }

  @ParameterizedTest
  @CsvSource({
    "timm-vit,blocks.1.attn.qkv.bias,blocks.0.attn.qkv.bias",
    "timm-vit,blocks.0.mlp.fc1.bias,blocks.1.mlp.fc1.bias",
    "timm-vit-scale,blocks.1.ls2.gamma,blocks.0.ls2.gamma",
    "hf-deit,deit.encoder.layer.0.attention.attention.key.bias,"
        + "deit.encoder.layer.1.attention.attention.key.bias",
  })
  void adapt_whatOneBlockLacks_isNamed(String network, String name, String other) {
    Map<String, TensorInfo> tensors = tensors(network);
    assertThat(tensors.remove(name)).isNotNull();
    Map<String, String> metadata = new LinkedHashMap<>(HEADS);
    metadata.put("pleas.input", network.equals("timm-vit-scale") ? "3x9x6" : "3x9x9");
    refused(
        tensors,
        metadata,
        name + ": missing, though there is " + other + ": the checkpoint is incomplete");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "torchvision-vit | encoder.layers.encoder_layer_0.self_attention.in_proj_weight | 36,13"
            + " | [*, 12]",
        "torchvision-vit | class_token                    | 1,2,12    | [1, 1, 12]",
        "timm-vit        | pos_embed                      | 2,10,12   | [1, *, 12]",
        "timm-vit        | blocks.0.mlp.fc2.weight        | 12,21     | [12, 20]",
        "timm-vit        | blocks.1.attn.proj.weight      | 12,11     | [12, 12]",
        "timm-vit        | blocks.0.attn.qkv.bias         | 35        | [36]",
        "timm-vit        | patch_embed.proj.weight        | 12,3,3    | [*, *, *, *]",
        "timm-vit        | head.bias                      | 6         | [5]",
        "hf-deit         | deit.encoder.layer.1.attention.attention.key.weight | 24,12 | [12, 12]",
        "hf-clip-vision  | vision_model.embeddings.position_embedding.weight | 10,13 | [*, 12]",
        "openai-clip-visual | visual.proj                 | 13,7      | [12, *]",
        "hf-dinov2-classifier | classifier.weight         | 5,12      | [*, 24]",
      })
  void adapt_wrongShape_namesTensorExpectedAndFound(
      String network, String name, String dims, String expected) {
    Map<String, TensorInfo> tensors = tensors(network);
    TensorInfo wrong = f32(Arrays.stream(dims.split(",")).mapToInt(Integer::parseInt).toArray());
    assertThat(tensors.put(name, wrong)).isNotNull();
    refused(tensors, name + ": expected " + expected + ", found " + wrong.shape() + ": " + DAMAGED);
  }

  @Test
  void adapt_fusedProjectionsOfUnequalSize_areRefused() {
    Map<String, TensorInfo> tensors = tensors("timm-vit");
    tensors.put("blocks.0.attn.qkv.weight", f32(37, 12));
    refused(
        tensors,
        "blocks.0.attn.qkv.weight: expected [36, 12], found [37, 12]: it holds 3 parts of equal size");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "timm-vit | reg_token                            | register tokens",
        "timm-vit | attn_pool.latent                     | pooling by attention",
        "timm-vit | blocks.0.attn.q_norm.weight          | normalized queries and keys",
        "timm-vit | blocks.0.attn.k_norm.weight          | normalized queries and keys",
        "timm-vit | rel_pos_bias.relative_position_bias_table | a relative position bias",
        "timm-vit | blocks.1.mlp.w12.weight              | a gated MLP such as SwiGLU",
        "timm-vit | blocks.1.mlp.fc1_g.weight            | a gated MLP such as SwiGLU",
        "timm-vit | patch_embed.norm.weight              | normalized patches",
        "timm-vit | blocks.0.gamma_1                     | a block as in BEiT or CaiT",
        "timm-vit | blocks.0.attn.q_bias                 | a block as in BEiT or CaiT",
        "timm-vit | decoder_embed.weight                 | a decoder of masked images",
        "torchvision-vit | heads.pre_logits.weight       |"
            + " a layer before the classifier, pre_logits",
        "hf-vit-classifier | vit.encoder.layer.0.attention.attention.relative_position_bias"
            + ".relative_position_bias_table | a relative position bias",
        "hf-dinov2 | embeddings.register_tokens          | register tokens",
        "hf-dinov2 | encoder.layer.0.mlp.weights_in.weight | a gated MLP such as SwiGLU",
        "hf-clip-vision | vision_model.head.attention.in_proj_weight | pooling by attention",
      })
  void adapt_unsupportedVariant_isRefusedByName(String network, String tensor, String what) {
    Map<String, TensorInfo> tensors = tensors(network);
    tensors.put(tensor, f32(4, 12));
    assertThatThrownBy(() -> adapt(tensors, HEADS))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith(tensor + ": a vision transformer in ")
        .hasMessageEndingWith(" layout with " + what + " is not supported");
  }

  @Test
  void adapt_somethingElse_isNotRecognized() {
    NotRecognized reason =
        new NotRecognized(
            "no patch embedding of a vision transformer, such as conv_proj.weight,"
                + " patch_embed.proj.weight or embeddings.patch_embeddings.projection.weight, with"
                + " blocks, such as encoder.layers.encoder_layer_0, blocks.0 or encoder.layer.0");
    assertThat(adapt(Map.of(), Map.of())).isEqualTo(reason);
    // A ResNet, the ResNet of CLIP, and Swin
    assertThat(adapt(Map.of("conv1.weight", f32(64, 3, 7, 7)), Map.of())).isEqualTo(reason);
    assertThat(
            adapt(
                Map.of(
                    "visual.conv1.weight",
                    f32(32, 3, 3, 3),
                    "transformer.resblocks.0.ln_1.weight",
                    f32(512)),
                Map.of()))
        .isEqualTo(reason);
    assertThat(
            adapt(
                Map.of(
                    "patch_embed.proj.weight",
                    f32(96, 3, 4, 4),
                    "layers.0.blocks.0.norm1.weight",
                    f32(96)),
                Map.of()))
        .isEqualTo(reason);
  }
}
