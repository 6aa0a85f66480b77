package dev.pleas.models.vit;

import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From patches to the tokens that enter the first block. */
final class VitTokens {
  private final Scheme scheme;
  private final TensorView view;
  private final VitSettings settings;
  private final VitParts parts;
  private final Shape patch;
  private final int width;
  private int prefix;
  private int patches;
  private String value = "patch";

  /**
   * @param patch shape of the weight that embeds patches
   */
  VitTokens(Scheme scheme, TensorView view, VitSettings settings, VitParts parts, Shape patch) {
    this.scheme = scheme;
    this.view = view;
    this.settings = settings;
    this.parts = parts;
    this.patch = patch;
    this.width = patch.dim(0);
  }

  /** Returns the value that enters the first block. */
  String value() {
    return value;
  }

  /** Returns the number of tokens before the patches. */
  int prefix() {
    return prefix;
  }

  /** Returns the number of all tokens. */
  int all() {
    return prefix + patches;
  }

  /**
   * Appends the nodes.
   *
   * @param given the shape of an input, or null for the usual one
   * @return the shape of an input
   */
  Shape append(@Nullable Shape given) {
    Scheme.Embeddings names = scheme.embeddings;
    boolean distilled = names.distillation() != null && view.has(names.distillation());
    // Only timm has networks without a class token.
    boolean classToken = scheme != Scheme.TIMM || view.has(names.classToken());
    prefix = (classToken ? 1 : 0) + (distilled ? 1 : 0);
    int positions = parts.tokens("position", names.position(), -1, width);
    Shape input = given != null ? given : settings.input(patch.dim(1));
    if (input == null) {
      input = usual(positions);
    }
    patches = count(input);
    boolean embedsPatchesAlone = scheme == Scheme.TIMM && prefix > 0 && positions == patches;
    if (!embedsPatchesAlone && positions != patches + prefix) {
      throw new ModelException(misfit(positions, input));
    }
    value = parts.node("tokens", new Op.Flatten(), value);
    if (embedsPatchesAlone) {
      position();
    }
    if (distilled) {
      prepend("distillation", String.valueOf(names.distillation()));
    }
    if (classToken) {
      prepend("class", names.classToken());
    }
    if (!embedsPatchesAlone) {
      position();
    }
    boolean normPre =
        names.normPre() != null
            // CLIP always has it
            && (scheme != Scheme.TIMM || view.hasModule(names.normPre()));
    if (normPre) {
      value = parts.layerNorm("norm_pre", String.valueOf(names.normPre()), width, value);
    }
    return input;
  }

  private void position() {
    value = parts.node("position.add", new Op.AddParameter("position"), value);
  }

  private void prepend(String name, String tensor) {
    parts.tokens(name, tensor, 1, width);
    value = parts.node(name + ".prepend", new Op.Prepend(name), value);
  }

  /** The number of patches of an image, all of which must be whole. */
  private int count(Shape input) {
    String embedding = view.fullName(scheme.anchor());
    if (input.rank() != 3 || input.dim(0) != patch.dim(1)) {
      throw new ModelException(
          embedding
              + ": expected an input ["
              + patch.dim(1)
              + ", height, width], found "
              + input
              + ": the network takes "
              + patch.dim(1)
              + " channels");
    }
    if (input.dim(1) < 1
        || input.dim(2) < 1
        || input.dim(1) % patch.dim(2) != 0
        || input.dim(2) % patch.dim(3) != 0) {
      throw new ModelException(
          embedding
              + ": images of "
              + input.dim(1)
              + "×"
              + input.dim(2)
              + " pixels cannot be cut into patches of "
              + patch.dim(2)
              + "×"
              + patch.dim(3)
              + "; scale or crop them to a multiple of that");
    }
    return Math.multiplyExact(input.dim(1) / patch.dim(2), input.dim(2) / patch.dim(3));
  }

  /** The input of a square grid; where there is none, of the one closest to it. */
  private Shape usual(int positions) {
    int grid = positions - prefix;
    if (scheme == Scheme.TIMM && root(grid) < 0 && root(positions) > 0) {
      grid = positions;
    }
    int rows = Math.max(1, (int) Math.sqrt(Math.max(grid, 1)));
    while (grid % rows != 0) {
      rows--;
    }
    Shape input =
        Shape.of(patch.dim(1), rows * patch.dim(2), Math.max(1, grid / rows) * patch.dim(3));
    if (root(grid) < 0) {
      settings.note(
          "input: the position embedding is for "
              + grid
              + " patches, no square; images of "
              + input.dim(1)
              + "×"
              + input.dim(2)
              + " were assumed");
    }
    return input;
  }

  private String misfit(int positions, Shape input) {
    int grid = positions - prefix;
    int side = root(grid);
    String stands =
        side < 0
            ? grid + " patches"
            : side
                + "×"
                + side
                + " patches, images of "
                + side * patch.dim(2)
                + "×"
                + side * patch.dim(3);
    return view.fullName(scheme.embeddings.position())
        + ": the position embedding has "
        + positions
        + " positions, "
        + prefix
        + " before the patches and so "
        + stands
        + ", found images of "
        + input.dim(1)
        + "×"
        + input.dim(2)
        + ", "
        + patches
        + " patches of "
        + patch.dim(2)
        + "×"
        + patch.dim(3)
        + "; scale or crop the images to the size that the network was trained on"
        + absent();
  }

  /** The tokens that there could be, but are not. */
  private String absent() {
    List<String> absent = new ArrayList<>();
    for (String token :
        Arrays.asList(scheme.embeddings.classToken(), scheme.embeddings.distillation())) {
      if (token != null && !view.has(token)) {
        absent.add(view.fullName(token));
      }
    }
    return absent.isEmpty() ? "" : " (there is no " + String.join(", no ", absent) + ")";
  }

  /** The square root, or −1 if there is none. */
  private static int root(int square) {
    int root = (int) Math.round(Math.sqrt(Math.max(square, 0)));
    return root > 0 && root * root == square ? root : -1;
  }
}
