package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.LabelSpaces;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Heads;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the layers that make the networks' outputs.
 *
 * @param layouts of the outputs of the nodes that make them, where they are not merged index by
 *     index
 * @param split whether each source's become layers and outputs of their own
 */
record OutputHeads(Map<String, BlockLayout> layouts, boolean split) {
  static final MethodParameter PARAMETER =
      new MethodParameter(
          "heads",
          "auto",
          "output layers: shared (one label space), separate (each source keeps its own), union (one"
              + " output over the classes of all, by a label map), auto (as the label map says;"
              + " without one, shared where all have as many classes, else separate)");

  private static final OutputHeads SHARED = new OutputHeads(Map.of(), false);

  /** The kinds of label spaces. */
  private enum Mode {
    AUTO,
    SHARED,
    SEPARATE,
    UNION
  }

  /**
   * Decides, and says in the settings and notes what was decided.
   *
   * @throws ConfigurationException if heads cannot be what they are set to be
   */
  static OutputHeads of(Settings settings, PlanRequest request, List<String> notes) {
    List<List<Integer>> sizes = request.sources().stream().map(OutputHeads::outputSizes).toList();
    boolean alike = sizes.stream().allMatch(sizes.get(0)::equals);
    LabelSpaces labels = request.labels();
    Mode mode = settings.choice(PARAMETER.name(), Mode.class);
    if (mode == Mode.AUTO) {
      mode = automatic(labels, alike);
      if (labels == null) {
        notes.add(assumption(alike, sizes.get(0)));
      }
    }
    settings.resolve(PARAMETER.name(), Settings.option(mode));
    Graph graph = request.sources().get(0);
    return switch (mode) {
      case SEPARATE ->
          new OutputHeads(
              layouts(
                  Heads.of(graph),
                  node ->
                      BlockLayout.apart(
                          request.sources().stream()
                              .mapToInt(source -> source.valueShape(node).dim(0))
                              .toArray())),
              true);
      case UNION -> {
        if (labels == null) {
          throw new ConfigurationException(
              "heads = union needs to know which classes are the same; give a label map");
        }
        BlockLayout layout = union(labels);
        yield new OutputHeads(layouts(Heads.of(graph), node -> layout), false);
      }
      default -> {
        requireShared(request, sizes, alike);
        yield SHARED;
      }
    };
  }

  private static Mode automatic(@Nullable LabelSpaces labels, boolean alike) {
    if (labels == null) {
      return alike ? Mode.SHARED : Mode.SEPARATE;
    }
    return labels.identical() ? Mode.SHARED : Mode.UNION;
  }

  private static String assumption(boolean alike, List<Integer> sizes) {
    return alike
        ? "heads: all networks have outputs of sizes "
            + sizes
            + ", so one label space was assumed; set heads = separate if their classes differ"
        : "heads: the networks have different numbers of classes, so each keeps its own head";
  }

  private static void requireShared(PlanRequest request, List<List<Integer>> sizes, boolean alike) {
    LabelSpaces labels = request.labels();
    if (labels != null && !labels.identical()) {
      throw new ConfigurationException(
          "heads = shared needs the same classes in the same order in all networks, and the label"
              + " map says otherwise; use heads = union or heads = separate");
    }
    if (!alike) {
      int other =
          IntStream.range(1, sizes.size())
              .filter(s -> !sizes.get(s).equals(sizes.get(0)))
              .findFirst()
              .orElseThrow();
      throw new ConfigurationException(
          "heads = shared needs as many classes in all networks: "
              + request.names().get(0)
              + " has outputs of sizes "
              + sizes.get(0)
              + ", "
              + request.names().get(other)
              + " of "
              + sizes.get(other)
              + "; use heads = separate");
    }
  }

  /** Output i is class i of the union, of every source that knows it. */
  private static BlockLayout union(LabelSpaces labels) {
    int[][] units = new int[labels.classes().size()][labels.union().size()];
    for (int source = 0; source < units.length; source++) {
      Arrays.fill(units[source], -1);
      int[] places = labels.unionIndices(source);
      for (int unit = 0; unit < places.length; unit++) {
        units[source][places[unit]] = unit;
      }
    }
    return BlockLayout.of(units);
  }

  private static Map<String, BlockLayout> layouts(
      Set<String> nodes, Function<String, BlockLayout> layout) {
    Map<String, BlockLayout> layouts = new LinkedHashMap<>();
    nodes.forEach(node -> layouts.put(node, layout.apply(node)));
    return layouts;
  }

  /** Returns the nodes whose outputs are not merged index by index. */
  Set<String> nodes() {
    return layouts.keySet();
  }

  /** Returns the nodes that are to be split into one for each source. */
  Set<String> separate() {
    return split ? layouts.keySet() : Set.of();
  }

  private static List<Integer> outputSizes(Graph graph) {
    return graph.outputs().values().stream().map(value -> graph.valueShape(value).dim(0)).toList();
  }
}
