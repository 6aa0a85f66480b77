package dev.pleas.models.vit;

import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.DeclaredInput;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the tensors of a vision transformer do not say, by metadata and {@code config.json}. */
final class VitSettings {
  /** Metadata key of what the user says. */
  private static final String HEADS_KEY = "pleas.heads";

  private final Scheme scheme;
  private final Map<String, String> metadata;
  private final Set<String> notes = new LinkedHashSet<>();

  VitSettings(Scheme scheme, Map<String, String> metadata) {
    this.scheme = scheme;
    this.metadata = metadata;
  }

  /** Returns what a person should know of what was assumed. */
  List<String> notes() {
    return List.copyOf(notes);
  }

  /** Adds what a person should know; once, however often it is said. */
  void note(String text) {
    notes.add(text);
  }

  /**
   * Returns the number of attention heads.
   *
   * @param tensor the one whose rows are cut into heads
   * @param rows of queries, of keys
   * @param published the published network of these sizes, or null
   * @throws ModelException if it is not known, or does not divide the rows
   */
  int heads(String tensor, int rows, @Nullable Published published) {
    String key = HEADS_KEY;
    @Nullable String text = metadata.get(HEADS_KEY);
    @Nullable String declared = first("num_attention_heads", "num_heads", "model_args.num_heads");
    if (text == null) {
      key = declared;
      text = key == null ? null : metadata.get(key);
    } else if (declared != null && !text.equals(metadata.get(declared))) {
      note(
          "heads: "
              + text
              + ", as --heads says, though "
              + declared
              + " is "
              + metadata.get(declared));
    }
    int heads;
    if (text != null) {
      heads = positive(String.valueOf(key), text);
    } else if (published != null) {
      heads = published.heads();
      note(
          "heads: the checkpoint does not say how many there are; "
              + heads
              + " were assumed, as in the published "
              + published.name()
              + "; give --heads if it has others");
    } else {
      throw new ModelException(
          tensor
              + ": the number of attention heads cannot be told from the tensors: give --heads N"
              + " (or metadata num_heads, or a config.json beside the checkpoint); N divides "
              + rows
              + ": "
              + divisors(rows));
    }
    if (rows % heads != 0) {
      throw new ModelException(
          tensor
              + ": "
              + heads
              + " heads (by "
              + (HEADS_KEY.equals(key) ? "--heads" : key)
              + ") do not divide the width "
              + rows
              + "; give --heads with one of "
              + divisors(rows));
    }
    return heads;
  }

  /**
   * Returns the epsilon of layer normalizations.
   *
   * @param clip whether this is a tower of CLIP, which has its own epsilon in timm, too
   */
  double epsilon(boolean clip) {
    @Nullable String key = first("layer_norm_eps", "norm_eps");
    if (key == null) {
      return clip ? Scheme.OPENAI_CLIP.epsilon : scheme.epsilon;
    }
    try {
      double epsilon = Double.parseDouble(String.valueOf(metadata.get(key)));
      if (epsilon > 0 && epsilon < 1) {
        return epsilon;
      }
    } catch (NumberFormatException e) {
      // reported below with the text that was found
    }
    throw wrong(key, "a small positive number");
  }

  /** Returns the form of the GELU. */
  Op.Gelu.Form gelu() {
    @Nullable String key = first("hidden_act", "act", "model_args.act_layer");
    if (key == null) {
      if (scheme.gelu == Op.Gelu.Form.QUICK) {
        note(
            "activation: the checkpoint does not say which; QuickGELU was assumed, as in OpenAI's"
                + " CLIP; metadata act = gelu says otherwise");
      }
      return scheme.gelu;
    }
    return switch (String.valueOf(metadata.get(key))) {
      case "gelu" -> Op.Gelu.Form.EXACT;
      case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_tanh" -> Op.Gelu.Form.TANH;
      case "quick_gelu", "quickgelu" -> Op.Gelu.Form.QUICK;
      default ->
          throw wrong(key, "one of gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, quick_gelu");
    };
  }

  /**
   * Returns whether the answer is read off the mean of the patches, not off the class token.
   *
   * @param usual what is so if nothing is said
   */
  boolean averages(boolean usual) {
    @Nullable String key = first("global_pool", "model_args.global_pool");
    if (key == null) {
      return usual;
    }
    return switch (String.valueOf(metadata.get(key))) {
      case "avg" -> true;
      case "token" -> false;
      default -> throw wrong(key, "token or avg, other pooling is not supported");
    };
  }

  /** Returns the input that metadata or config tell, or null. */
  @Nullable Shape input(int channels) {
    @Nullable Shape declared = DeclaredInput.of(metadata);
    if (declared != null) {
      return declared;
    }
    @Nullable String height = first("image_size", "image_size.0");
    if (height == null) {
      return null;
    }
    String width = height.endsWith(".0") ? height.replaceFirst("0$", "1") : height;
    return Shape.of(
        channels,
        positive(height, String.valueOf(metadata.get(height))),
        positive(width, String.valueOf(metadata.get(width))));
  }

  /** The first key that is there: on its own, or in the config, or in the config of a tower. */
  private @Nullable String first(String... names) {
    for (String prefix : List.of("", "config.vision_config.", "config.vision_cfg.", "config.")) {
      for (String name : names) {
        if (metadata.containsKey(prefix + name)) {
          return prefix + name;
        }
      }
    }
    return null;
  }

  private int positive(String key, String text) {
    if (!text.matches("[1-9]\\d{0,5}")) {
      throw wrong(key, "a positive whole number");
    }
    return Integer.parseInt(text);
  }

  private ModelException wrong(String key, String expected) {
    return new ModelException(
        "metadata " + key + ": expected " + expected + ", found \"" + metadata.get(key) + "\"");
  }

  private static String divisors(int rows) {
    return IntStream.rangeClosed(1, rows)
        .filter(n -> rows % n == 0)
        .limit(20)
        .mapToObj(Integer::toString)
        .collect(Collectors.joining(", "));
  }
}
