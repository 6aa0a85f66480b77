package dev.pleas.models.vit;

import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Op;
import dev.pleas.models.view.TensorView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From the last block to the outputs: {@code logits} of a classifier; {@code image_embeds} of
 * CLIP's projection; {@code pooler_output}, what there is without either, and of a pooler.
 */
final class VitHead {
  private static final String LOGITS = "logits";
  private static final String POOLED = "pooler_output";
  private static final String EMBEDDED = "image_embeds";

  private final Scheme scheme;
  private final TensorView view;
  private final VitSettings settings;
  private final VitParts parts;
  private final int prefix;
  private final int all;
  private final int width;
  private final Map<String, String> outputs = new LinkedHashMap<>();

  /**
   * @param prefix tokens before the patches
   * @param all all tokens
   */
  VitHead(
      Scheme scheme,
      TensorView view,
      VitSettings settings,
      VitParts parts,
      int prefix,
      int all,
      int width) {
    this.scheme = scheme;
    this.view = view;
    this.settings = settings;
    this.parts = parts;
    this.prefix = prefix;
    this.all = all;
    this.width = width;
  }

  /** Appends the nodes and returns the outputs. */
  Map<String, String> append(String last) {
    switch (scheme) {
      case TORCHVISION -> classify(first(normed(last)), "heads.head");
      case TIMM -> timm(last);
      case HUGGING_FACE -> huggingFace(normed(last));
      case DINOV2 -> dinov2(normed(last));
      case CLIP -> {
        String token = first(normed(last));
        if (has("visual_projection")) {
          String module = "visual_projection";
          outputs.put(EMBEDDED, parts.linear("head", module, width, -1, token));
        } else {
          outputs.put(POOLED, token);
        }
      }
      case OPENAI_CLIP -> {
        String token = first(normed(last));
        outputs.put(
            view.has("proj") ? EMBEDDED : POOLED,
            view.has("proj") ? parts.transposed("head", "proj", width, token) : token);
      }
    }
    return outputs;
  }

  private void timm(String last) {
    boolean averaged = prefix == 0 || settings.averages(has("fc_norm"));
    String x = has("norm") || !has("fc_norm") ? normed(last) : last;
    if (has("head_dist") || (prefix == 2 && has("head"))) {
      distilled(x, "head", "head_dist");
      return;
    } else if (prefix == 2) {
      String sum = parts.node("pool.sum", new Op.Add(), first(x), second(x));
      outputs.put(POOLED, parts.node("pool", new Op.Multiply(0.5), sum));
      return;
    }
    String pooled = averaged ? mean(x) : first(x);
    if (has("fc_norm")) {
      pooled = parts.layerNorm("fc_norm", "fc_norm", width, pooled);
    }
    classify(pooled, "head");
  }

  private void huggingFace(String x) {
    if (has("cls_classifier") || has("distillation_classifier")) {
      distilled(x, "cls_classifier", "distillation_classifier");
      return;
    }
    String token = first(x);
    if (has("classifier")) {
      classify(token, "classifier");
    }
    if (has("pooler.dense")) {
      String dense = parts.linear("pooler", "pooler.dense", width, -1, token);
      outputs.put(POOLED, parts.node("pooler.act", new Op.Tanh(), dense));
    } else if (outputs.isEmpty()) {
      outputs.put(POOLED, token);
    }
  }

  private void dinov2(String x) {
    String token = first(x);
    if (!has("classifier")) {
      outputs.put(POOLED, token);
      return;
    }
    List<String> weights = List.of("head.class.weight", "head.mean.weight");
    int classes = parts.shared(weights, "classifier.weight", 1, -1, 2 * width).dim(0);
    @Nullable String bias = null;
    if (view.having("classifier.bias").has("classifier.bias")) {
      bias = "head.class.bias";
      parts.shared(List.of(bias), "classifier.bias", 0, classes);
    }
    String a = parts.node("head.class", new Op.Linear(weights.get(0), bias), token);
    String b = parts.node("head.mean", new Op.Linear(weights.get(1), null), mean(x));
    outputs.put(LOGITS, parts.node("head", new Op.Add(), a, b));
  }

  /** A classifier, or none. */
  private void classify(String pooled, String module) {
    if (has(module)) {
      outputs.put(LOGITS, parts.linear("head", module, width, -1, pooled));
    } else {
      outputs.put(POOLED, pooled);
    }
  }

  /** The mean of two classifiers, of the class token and of the distillation token. */
  private void distilled(String x, String ofClass, String ofDistillation) {
    if (prefix < 2) {
      throw new ModelException(
          view.having(ofDistillation + ".weight").fullName(ofDistillation + ".weight")
              + ": there is no distillation token "
              + view.fullName(String.valueOf(scheme.embeddings.distillation()))
              + " for it to read: the checkpoint is incomplete");
    }
    String a = parts.linear("head.class", ofClass, width, -1, first(x));
    int classes = parts.shape("head.class.weight").dim(0);
    String b = parts.linear("head.distillation", ofDistillation, width, classes, second(x));
    String sum = parts.node("head.sum", new Op.Add(), a, b);
    outputs.put(LOGITS, parts.node("head", new Op.Multiply(0.5), sum));
  }

  private String normed(String last) {
    return parts.layerNorm("norm", scheme.norm, width, last);
  }

  private String first(String x) {
    return slice("first", x, 0, 1);
  }

  private String second(String x) {
    return slice("second", x, 1, 2);
  }

  private String mean(String x) {
    return prefix == 0
        ? parts.node("mean", new Op.GlobalAveragePool(), x)
        : slice("patches", x, prefix, all);
  }

  private String slice(String name, String x, int from, int to) {
    String part = parts.node(name + ".slice", new Op.SlicePositions(from, to), x);
    return parts.node(name, new Op.GlobalAveragePool(), part);
  }

  /** Whether there is anything of a module, here or beside the backbone. */
  private boolean has(String module) {
    return view.having(module + ".weight").hasModule(module)
        || view.having(module + ".bias").hasModule(module);
  }
}
