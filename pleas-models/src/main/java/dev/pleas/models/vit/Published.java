package dev.pleas.models.vit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sizes of published vision transformers (arXiv:2010.11929, 2012.12877, 2106.04560), by which a
 * checkpoint that does not say how many heads it has is known.
 *
 * @param name what people call it
 * @param width of the residual stream
 * @param depth blocks
 * @param hidden units of the perceptron
 * @param heads of each attention
 */
record Published(String name, int width, int depth, int hidden, int heads) {
  private static final List<Published> ALL =
      List.of(
          new Published("vit-tiny", 192, 12, 768, 3),
          new Published("vit-small", 384, 12, 1536, 6),
          new Published("vit-base", 768, 12, 3072, 12),
          new Published("vit-large", 1024, 24, 4096, 16),
          new Published("vit-huge", 1280, 32, 5120, 16),
          new Published("vit-giant", 1408, 40, 6144, 16),
          new Published("vit-gigantic", 1664, 48, 8192, 16));

  /** Returns the network of these sizes, or null. */
  static @Nullable Published of(int width, int depth, int hidden) {
    return ALL.stream()
        .filter(p -> p.width == width && p.depth == depth && p.hidden == hidden)
        .findFirst()
        .orElse(null);
  }
}
