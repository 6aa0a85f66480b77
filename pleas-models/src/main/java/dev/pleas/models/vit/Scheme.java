package dev.pleas.models.vit;

import dev.pleas.api.graph.Op;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a library calls the parts of a vision transformer. Names of modules stand without {@code
 * .weight} and {@code .bias}; names of lone tensors stand as they are.
 */
@SuppressWarnings("ImmutableEnumChecker") // the records hold names and lists made by List.of
enum Scheme {
  /** {@code torchvision.models.vision_transformer}. */
  TORCHVISION(
      "torchvision",
      "conv_proj",
      new Embeddings("class_token", null, "encoder.pos_embedding", null, List.of()),
      "encoder.layers.encoder_layer_",
      new Block(
          "ln_1",
          "self_attention.in_proj_",
          List.of(),
          "self_attention.out_proj",
          null,
          "ln_2",
          List.of("mlp.0", "mlp.linear_1"),
          List.of("mlp.3", "mlp.linear_2"),
          null),
      "encoder.ln",
      1e-6,
      Op.Gelu.Form.EXACT),

  /** {@code timm.models.vision_transformer}, and DeiT's own code. */
  TIMM(
      "timm",
      "patch_embed.proj",
      new Embeddings("cls_token", "dist_token", "pos_embed", "norm_pre", List.of("mask_token")),
      "blocks.",
      new Block(
          "norm1",
          "attn.qkv.",
          List.of(),
          "attn.proj",
          "ls1.gamma",
          "norm2",
          List.of("mlp.fc1"),
          List.of("mlp.fc2"),
          "ls2.gamma"),
      "norm",
      1e-6,
      Op.Gelu.Form.EXACT),

  /** Hugging Face's ViT and DeiT. */
  HUGGING_FACE(
      "Hugging Face's",
      "embeddings.patch_embeddings.projection",
      new Embeddings(
          "embeddings.cls_token",
          "embeddings.distillation_token",
          "embeddings.position_embeddings",
          null,
          List.of("embeddings.mask_token")),
      "encoder.layer.",
      new Block(
          "layernorm_before",
          null,
          List.of(
              "attention.attention.query", "attention.attention.key", "attention.attention.value"),
          "attention.output.dense",
          null,
          "layernorm_after",
          List.of("intermediate.dense"),
          List.of("output.dense"),
          null),
      "layernorm",
      1e-12,
      Op.Gelu.Form.EXACT),

  /** Hugging Face's DINOv2. */
  DINOV2(
      "DINOv2's",
      "embeddings.patch_embeddings.projection",
      new Embeddings(
          "embeddings.cls_token",
          null,
          "embeddings.position_embeddings",
          null,
          List.of("embeddings.mask_token")),
      "encoder.layer.",
      new Block(
          "norm1",
          null,
          List.of(
              "attention.attention.query", "attention.attention.key", "attention.attention.value"),
          "attention.output.dense",
          "layer_scale1.lambda1",
          "norm2",
          List.of("mlp.fc1"),
          List.of("mlp.fc2"),
          "layer_scale2.lambda1"),
      "layernorm",
      1e-6,
      Op.Gelu.Form.EXACT),

  /** Hugging Face's CLIP. */
  CLIP(
      "Hugging Face's CLIP",
      "embeddings.patch_embedding",
      new Embeddings(
          "embeddings.class_embedding",
          null,
          "embeddings.position_embedding.weight",
          "pre_layrnorm",
          List.of("embeddings.position_ids")),
      "encoder.layers.",
      new Block(
          "layer_norm1",
          null,
          List.of("self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"),
          "self_attn.out_proj",
          null,
          "layer_norm2",
          List.of("mlp.fc1"),
          List.of("mlp.fc2"),
          null),
      "post_layernorm",
      1e-5,
      Op.Gelu.Form.QUICK),

  /** OpenAI's CLIP and open_clip. */
  OPENAI_CLIP(
      "OpenAI's CLIP",
      "conv1",
      new Embeddings("class_embedding", null, "positional_embedding", "ln_pre", List.of()),
      "transformer.resblocks.",
      new Block(
          "ln_1",
          "attn.in_proj_",
          List.of(),
          "attn.out_proj",
          "ls_1.gamma",
          "ln_2",
          List.of("mlp.c_fc"),
          List.of("mlp.c_proj"),
          "ls_2.gamma"),
      "ln_post",
      1e-5,
      Op.Gelu.Form.QUICK);

  /**
   * Names before the blocks.
   *
   * @param distillation the token's name, or null if there is never one
   * @param normPre a layer normalization before the blocks, or null if there is never one
   * @param passengers tensors that do not take part
   */
  record Embeddings(
      String classToken,
      @Nullable String distillation,
      String position,
      @Nullable String normPre,
      List<String> passengers) {}

  /**
   * Names within a block.
   *
   * @param fused what stands before {@code weight} and {@code bias} of queries, keys and values in
   *     one, or null where they are apart
   * @param apart modules of queries, keys and values, or empty
   * @param fc1 of which one is there
   * @param fc2 of which one is there
   */
  record Block(
      String norm1,
      @Nullable String fused,
      List<String> apart,
      String project,
      @Nullable String scale1,
      String norm2,
      List<String> fc1,
      List<String> fc2,
      @Nullable String scale2) {}

  final String library;
  final String patch;
  final Embeddings embeddings;
  final String blocks;
  final Block block;
  final String norm;
  final double epsilon;
  final Op.Gelu.Form gelu;

  Scheme(
      String library,
      String patch,
      Embeddings embeddings,
      String blocks,
      Block block,
      String norm,
      double epsilon,
      Op.Gelu.Form gelu) {
    this.library = library;
    this.patch = patch;
    this.embeddings = embeddings;
    this.blocks = blocks;
    this.block = block;
    this.norm = norm;
    this.epsilon = epsilon;
    this.gelu = gelu;
  }

  /** Returns the tensor by which the layout is recognised. */
  String anchor() {
    return patch + ".weight";
  }
}
