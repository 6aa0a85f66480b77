package dev.pleas.models.vit;

import dev.pleas.api.error.ModelException;
import dev.pleas.models.view.TensorView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Variants of vision transformers that are not supported, by what only they have. */
final class Variants {
  /** Ends of tensor names, and what they are of. */
  private static final Map<Pattern, String> UNSUPPORTED = new LinkedHashMap<>();

  static {
    unsupported("reg_token|register_tokens?", "register tokens");
    unsupported("attn_?pool\\..*|head\\.attention\\..*", "pooling by attention");
    unsupported("(?:attn\\.)?[qk]_norm\\..*", "normalized queries and keys");
    unsupported("attn\\.norm\\..*|mlp\\.norm\\..*", "normalization inside attention or MLP");
    unsupported("rel_pos_bias\\..*|relative_position_.*", "a relative position bias");
    unsupported(
        "mlp\\.(?:w12|w3|weights_in|weights_out|fc1_g|fc1_x)\\..*", "a gated MLP such as SwiGLU");
    unsupported("patch_embed\\.norm\\..*", "normalized patches");
    unsupported("patch_embed\\.backbone\\..*", "a convolutional stem");
    unsupported("gamma_[12]|lambda_[12]|attn\\.[qv]_bias", "a block as in BEiT or CaiT");
    unsupported("pre_logits\\..*", "a layer before the classifier, pre_logits");
    unsupported("decoder\\..*|decoder_.*", "a decoder of masked images");
  }

  private Variants() {}

  private static void unsupported(String end, String what) {
    UNSUPPORTED.put(Pattern.compile("(?:.*\\.)?(?:" + end + ")"), what);
  }

  /** Throws if there is a tensor that only an unsupported variant has, naming it. */
  static void refuseUnsupported(Scheme scheme, TensorView view) {
    for (String name : view.names()) {
      UNSUPPORTED.forEach(
          (pattern, what) -> {
            if (pattern.matcher(name).matches()) {
              throw new ModelException(
                  view.fullName(name)
                      + ": a vision transformer in "
                      + scheme.library
                      + " layout with "
                      + what
                      + " is not supported");
            }
          });
    }
  }
}
