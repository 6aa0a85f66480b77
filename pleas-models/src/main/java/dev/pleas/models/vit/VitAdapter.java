package dev.pleas.models.vit;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.ModelAdapter;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognises vision transformers by the tensor names of the libraries that have them. */
final class VitAdapter implements ModelAdapter {
  private static final Pattern TEXT_TOWER =
      Pattern.compile(
          "(?:.*\\.)?(?:text_model|text_projection|token_embedding|transformer\\.resblocks"
              + "|ln_final|logit_scale|positional_embedding)(?:\\..*)?");

  /** A layout that a checkpoint has, and its tensors under that layout's names. */
  private record Found(Scheme scheme, TensorView view) {}

  @Override
  public Adaptation adapt(
      Map<String, TensorInfo> tensors, Map<String, String> metadata, @Nullable Shape input) {
    List<Found> found = find(tensors);
    if (found.isEmpty()) {
      return new Adaptation.NotRecognized(
          "no patch embedding of a vision transformer, such as conv_proj.weight,"
              + " patch_embed.proj.weight or embeddings.patch_embeddings.projection.weight, with"
              + " blocks, such as encoder.layers.encoder_layer_0, blocks.0 or encoder.layer.0");
    }
    Scheme scheme = found.get(0).scheme();
    TensorView view = found.get(0).view();
    if (found.size() > 1) {
      Found other = found.get(1);
      throw new ModelException(
          view.fullName(scheme.anchor())
              + " is of "
              + scheme.library
              + " layout, "
              + other.view().fullName(other.scheme().anchor())
              + " of "
              + other.scheme().library
              + ": the checkpoint mixes two layouts; keep the tensors of one");
    }
    Variants.refuseUnsupported(scheme, view);
    try {
      VitBuilder builder = new VitBuilder(scheme, view, new VitSettings(scheme, metadata));
      Adaptation.Adapted adapted = builder.build(input);
      refuseTextTower(scheme, view);
      builder.refuseIrregular();
      view.refuseLeftovers("a vision transformer in " + scheme.library + " layout");
      return adapted;
    } catch (ShapeException e) {
      throw new ModelException(String.valueOf(e.getMessage()), e);
    }
  }

  /** The layouts whose patch embedding and blocks are there: a patch embedding alone, Swin has. */
  private static List<Found> find(Map<String, TensorInfo> tensors) {
    List<Found> found = new ArrayList<>();
    for (Scheme scheme : Scheme.values()) {
      @Nullable TensorView view = TensorView.of(tensors, scheme.anchor(), scheme.blocks);
      if (view != null && distinguishes(scheme, view)) {
        found.add(new Found(scheme, view));
      }
    }
    return found;
  }

  /** Whether a checkpoint is of this layout and not of one whose patch embedding has that name. */
  private static boolean distinguishes(Scheme scheme, TensorView view) {
    return switch (scheme) {
      case HUGGING_FACE -> !dinov2(view);
      case DINOV2 -> dinov2(view);
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
