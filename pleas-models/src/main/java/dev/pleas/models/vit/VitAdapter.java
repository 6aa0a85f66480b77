package dev.pleas.models.vit;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.TensorView;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognises vision transformers by the tensor names of the libraries that have them. */
final class VitAdapter implements ModelAdapter {
  private static final Pattern TEXT_TOWER =
      Pattern.compile(
          "(?:.*\\.)?(?:text_model|text_projection|token_embedding|transformer\\.resblocks"
              + "|ln_final|logit_scale|positional_embedding)(?:\\..*)?");

  @Override
  public Adaptation adapt(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, @Nullable Shape input) {
    Map<Scheme, TensorView> found = schemes(tensors);
    if (found.isEmpty()) {
      return new Adaptation.NotRecognized(
          "no patch embedding of a vision transformer, such as conv_proj.weight,"
              + " patch_embed.proj.weight or embeddings.patch_embeddings.projection.weight");
    }
    Scheme scheme = found.keySet().iterator().next();
    TensorView view = found.get(scheme);
    if (found.size() > 1) {
      Scheme other = found.keySet().stream().skip(1).findFirst().orElseThrow();
      throw new ModelException(
          view.fullName(scheme.anchor())
              + " is of "
              + scheme.library
              + " layout, "
              + found.get(other).fullName(other.anchor())
              + " of "
              + other.library
              + ": the checkpoint mixes two layouts; keep the tensors of one");
    }
    try {
      VitBuilder builder = new VitBuilder(scheme, view, new VitSettings(scheme, metadata));
      Adaptation.Adapted adapted = builder.build(input);
      refuseTextTower(scheme, view);
      view.refuseLeftovers("a vision transformer in " + scheme.library + " layout");
      return adapted;
    } catch (ShapeException e) {
      throw new ModelException(e.getMessage(), e);
    }
  }

  /** The layouts whose patch embedding is there. */
  private static Map<Scheme, TensorView> schemes(Map<String, TensorInfo> tensors) {
    Map<Scheme, TensorView> found = new EnumMap<>(Scheme.class);
    for (Scheme scheme : Scheme.values()) {
      @Nullable TensorView view = TensorView.of(tensors, scheme.anchor());
      if (view != null && distinguishes(scheme, view)) {
        found.put(scheme, view);
      }
    }
    return found;
  }

  /** Whether a checkpoint is of this layout and not of one whose patch embedding has that name. */
  private static boolean distinguishes(Scheme scheme, TensorView view) {
    return switch (scheme) {
      case HUGGING_FACE -> !dinov2(view);
      case DINOV2 -> dinov2(view);
      // Every ResNet has a conv1.weight.
      case OPENAI_CLIP ->
          view.names().stream().anyMatch(name -> name.startsWith("transformer.resblocks."));
      default -> true;
    };
  }

  private static boolean dinov2(TensorView view) {
    return view.names().stream()
        .anyMatch(name -> name.matches("encoder\\.layer\\.\\d+\\.(?:norm1|layer_scale1)\\..*"));
  }

  private static void refuseTextTower(Scheme scheme, TensorView view) {
    if (scheme != Scheme.CLIP && scheme != Scheme.OPENAI_CLIP) {
      return;
    }
    for (String name : view.leftovers()) {
      if (TEXT_TOWER.matcher(name).matches()) {
        throw new ModelException(
            name
                + ": belongs to a text tower: only the vision tower of CLIP can be merged; save that"
                + " alone, for instance as a CLIPVisionModelWithProjection");
      }
    }
  }
}
