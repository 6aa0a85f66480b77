package dev.pleas.core.oracle;

import dev.pleas.api.graph.Graph;
import java.util.SplittableRandom;

/**
 * Small random networks in the manner of MobileNets, with odd widths: depthwise convolutions,
 * bounded activations, gates of squeeze-and-excitation, and means of windows. Their inputs and
 * weights are those of {@link RandomNetworks}.
 */
final class RandomMobileNets {
  private final SplittableRandom random;
  private final GraphBuilder g = new GraphBuilder(RandomNetworks.input());

  private RandomMobileNets(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Returns an architecture: the same for the same seed and number of classes. */
  static Graph graph(long seed, int classes) {
    return new RandomMobileNets(seed).graph(classes);
  }

  private Graph graph(int classes) {
    String x = g.conv("stem.conv", GraphBuilder.INPUT, odd(), 3, 1);
    x = activation("stem", g.norm("stem.bn", x));
    x = block("block1", x, g.width(x), random.nextBoolean());
    x = g.averagePool("means", x);
    x = block("block2", x, odd(), true);
    x = g.pool("pool", activation("last", g.norm("last.bn", g.conv("last.conv", x, odd(), 1, 1))));
    x = silu("classifier", g.linear("classifier", x, odd()));
    return g.output("logits", g.linear("fc", x, classes)).build();
  }

  /** An inverted residual block. */
  private String block(String name, String in, int width, boolean gated) {
    int wide = odd() + 2;
    String x = g.norm(name + ".bn1", g.conv(name + ".expand", in, wide, 1, 1));
    x = activation(name + ".1", x);
    x = g.norm(name + ".bn2", g.conv(name + ".depthwise", x, wide, 3, 1, wide, false));
    x = activation(name + ".2", x);
    x = gated ? gate(name, x) : x;
    x = g.norm(name + ".bn3", g.conv(name + ".project", x, width, 1, 1));
    return g.width(in) == width ? g.add(name + ".add", x, in) : x;
  }

  private String gate(String name, String x) {
    String squeezed = g.linear(name + ".squeeze", g.pool(name + ".pool", x), 3);
    String excited = g.linear(name + ".excite", silu(name + ".squeeze", squeezed), g.width(x));
    String factors =
        random.nextBoolean()
            ? g.sigmoid(name + ".gate", excited)
            : g.hardSigmoid(name + ".gate", excited);
    return g.product(name + ".gated", x, factors);
  }

  /** Bounded, HardSwish, or SiLU. */
  private String activation(String name, String x) {
    return switch (random.nextInt(3)) {
      case 0 -> g.clip(name + ".clip", x, -0.1, 4);
      case 1 -> g.product(name + ".swish", x, g.hardSigmoid(name + ".sigmoid", x));
      default -> silu(name, x);
    };
  }

  /** Has no dead units, whatever goes in. */
  private String silu(String name, String x) {
    return g.product(name + ".silu", x, g.sigmoid(name + ".sigmoid", x));
  }

  private int odd() {
    return 3 + 2 * random.nextInt(3);
  }
}
