package dev.pleas.models.resnet;

import dev.pleas.api.tensor.Shape;
import dev.pleas.models.view.TensorView;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What people call a ResNet. */
final class ResNetName {
  private static final Set<List<Integer>> BASIC = Set.of(List.of(2, 2, 2, 2), List.of(3, 4, 6, 3));
  private static final Set<List<Integer>> BOTTLENECK =
      Set.of(List.of(3, 4, 6, 3), List.of(3, 4, 23, 3), List.of(3, 8, 36, 3));

  /**
   * Widths in layer1, which double from stage to stage: of the stem, inside a block, and per group.
   */
  private record Widths(String before, int stem, int inner, int perGroup, String after) {}

  private static final Widths PLAIN = new Widths("resnet", 64, 64, 64, "");
  private static final Widths CIFAR = new Widths("resnet", 16, 16, 16, "");
  private static final List<Widths> TORCHVISION =
      List.of(
          PLAIN,
          new Widths("wide_resnet", 64, 128, 128, "_2"),
          new Widths("resnext", 64, 128, 4, "_32x4d"),
          new Widths("resnext", 64, 256, 8, "_32x8d"),
          new Widths("resnext", 64, 256, 4, "_64x4d"));

  private final TensorView tensors;
  private final boolean bottleneck;
  private final List<Integer> depths;

  private ResNetName(TensorView tensors, boolean bottleneck, List<Integer> depths) {
    this.tensors = tensors;
    this.bottleneck = bottleneck;
    this.depths = depths;
  }

  /**
   * Returns torchvision's name if stem, depths and widths are as there, {@code resnet20} and so on
   * if they are those of the CIFAR networks of arXiv:1512.03385, else for instance {@code
   * resnet-basic[2,3,1]}.
   *
   * @param tensors of a complete ResNet
   * @param depths blocks of each stage
   */
  static String of(TensorView tensors, boolean bottleneck, List<Integer> depths) {
    return new ResNetName(tensors, bottleneck, depths).find();
  }

  private String find() {
    int layers = 2 + depths.stream().mapToInt(Integer::intValue).sum() * (bottleneck ? 3 : 2);
    for (Widths widths : candidates()) {
      if (matches(widths)) {
        return widths.before() + layers + widths.after();
      }
    }
    return depths.stream()
        .map(String::valueOf)
        .collect(Collectors.joining(",", bottleneck ? "resnet-bottleneck[" : "resnet-basic[", "]"));
  }

  private List<Widths> candidates() {
    if (weight("conv1").dim(2) == 7) {
      return (bottleneck ? BOTTLENECK : BASIC).contains(depths)
          ? (bottleneck ? TORCHVISION : List.of(PLAIN))
          : List.of();
    }
    boolean cifar = !bottleneck && depths.size() == 3 && new HashSet<>(depths).size() == 1;
    return cifar ? List.of(CIFAR) : List.of();
  }

  private boolean matches(Widths widths) {
    if (weight("conv1").dim(0) != widths.stem()) {
      return false;
    }
    for (int stage = 0; stage < depths.size(); stage++) {
      for (int i = 0; i < depths.get(stage); i++) {
        String block = "layer" + (stage + 1) + "." + i + ".conv";
        Shape conv2 = weight(block + 2);
        boolean fits =
            weight(block + 1).dim(0) == widths.inner() << stage
                && conv2.dim(0) == widths.inner() << stage
                && conv2.dim(1) == widths.perGroup() << stage
                && (!bottleneck || weight(block + 3).dim(0) == (4 * widths.stem()) << stage);
        if (!fits) {
          return false;
        }
      }
    }
    return true;
  }

  private Shape weight(String module) {
    return tensors.info(module + ".weight").shape();
  }
}
