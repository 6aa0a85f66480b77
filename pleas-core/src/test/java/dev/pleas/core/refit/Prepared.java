package dev.pleas.core.refit;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.data.Samples;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.merge.Tools;
import dev.pleas.api.model.Model;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Component;
import dev.pleas.core.alignment.ActivationMatching;
import dev.pleas.core.alignment.Alignment;
import dev.pleas.core.alignment.Evidence;
import dev.pleas.core.alignment.GroupAlignment;
import dev.pleas.core.alignment.Similarity;
import dev.pleas.core.method.Merging;
import dev.pleas.core.moments.Batches;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Layouts;
import dev.pleas.core.partial.PartialMerge;
import dev.pleas.core.symmetry.Symmetry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Networks aligned and put into one, ready for the pass over the layers. */
record Prepared(List<Model> sources, Layouts layouts, Model initial, Samples samples) {
  /** Merges this share of each group's pairs, rounded down, the best-matched first. */
  static Prepared of(Model a, Model b, Samples samples, double share, Set<String> heads) {
    PermutationSpec spec = Symmetry.derive(a.graph());
    Map<Component, BlockLayout> components = new LinkedHashMap<>();
    try (TensorBackend backend = Merging.backend()) {
      Tools tools = Merging.tools(backend);
      for (GroupAlignment alignment :
          new Alignment(Evidence.ACTIVATIONS, Similarity.CORRELATION, 0, 0)
              .align(
                  List.of(a, b),
                  spec,
                  ActivationMatching.moments(
                      List.of(a, b), spec, new Batches(samples, 16), backend, Progress.NONE),
                  heads,
                  tools)) {
        int merged = (int) (share * alignment.group().size());
        components.putAll(
            Layouts.of(alignment.group(), alignment.permutations(), alignment.matched(), merged));
      }
    }
    List<Model> sources = List.of(a, b);
    Map<String, BlockLayout> apart = new LinkedHashMap<>();
    for (String head : heads) {
      apart.put(
          head,
          BlockLayout.apart(
              sources.stream().mapToInt(m -> m.graph().valueShape(head).dim(0)).toArray()));
    }
    Layouts layouts = new Layouts(a.graph(), 2, components, apart);
    return new Prepared(sources, layouts, PartialMerge.merge(sources, layouts), samples);
  }

  /** Goes through the layers. */
  LayerPass.Result run(LayerPass.Settings settings, int batchSize) {
    try (TensorBackend backend = Merging.backend()) {
      return new LayerPass(
              sources,
              initial,
              layouts,
              new Batches(samples, batchSize),
              Merging.tools(backend),
              settings,
              Long.MAX_VALUE)
          .run(Progress.NONE);
    }
  }
}
