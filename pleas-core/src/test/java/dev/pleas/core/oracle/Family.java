package dev.pleas.core.oracle;

import dev.pleas.api.data.Samples;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;

/** The kinds of random networks that laws are tested on. */
public enum Family {
  /** {@link RandomNetworks}. */
  RESNET,
  /** {@link RandomMobileNets}, with weights of {@link RandomNetworks}. */
  MOBILENET,
  /** {@link RandomTransformers}. */
  VIT;

  /** Returns samples of the right shape. */
  public RandomSamples samples(int seed, int count) {
    Shape input = this == VIT ? RandomTransformers.input() : RandomNetworks.input();
    return new RandomSamples(seed, count, input);
  }

  /** Returns an architecture: the same for the same seed and number of classes. */
  public Graph graph(int seed, int classes) {
    return switch (this) {
      case RESNET -> RandomNetworks.resNet(seed, classes);
      case MOBILENET -> RandomMobileNets.graph(seed, classes);
      case VIT -> RandomTransformers.vit(seed, classes);
    };
  }

  /** Returns weights for a graph of this family. */
  public Model weights(Graph graph, int seed, Samples samples) {
    return this == VIT
        ? RandomTransformers.weights(graph, seed)
        : RandomNetworks.weights(graph, seed, samples);
  }
}
