package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.LabelSpaces;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.merge.PlanRequest;
import dev.pleas.api.model.Model;
import dev.pleas.core.partial.BlockLayout;
import dev.pleas.core.partial.Heads;
import dev.pleas.core.partial.SeparateHeads;
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
 * @param own how each source's become layers and outputs of their own, or null if they do not
 */
record OutputHeads(Map<String, BlockLayout> layouts, @Nullable SeparateHeads own) {
  static final MethodParameter PARAMETER =
      new MethodParameter(
          "heads",
          "auto",
          "output layers: shared (one label space), separate (each source keeps its own), union (one"
              + " output over the classes of all, by a label map), auto (as the label map says;"
              + " without one, shared where all have the same outputs with as many classes, else"
              + " separate)");

  private static final OutputHeads SHARED = new OutputHeads(Map.of(), null);

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
   * @throws dev.pleas.api.error.ModelException if the networks are not of one architecture
   */
  static OutputHeads of(Settings settings, PlanRequest request, List<String> notes) {
    List<Map<String, Integer>> sizes =
        request.sources().stream().map(OutputHeads::outputSizes).toList();
    boolean alike = sizes.stream().allMatch(sizes.get(0)::equals);
    LabelSpaces labels = request.labels();
    Mode mode = settings.choice(PARAMETER.name(), Mode.class);
    if (mode == Mode.AUTO) {
      mode = automatic(labels, alike);
      if (labels == null) {
        notes.add(assumption(alike, sizes));
      }
    }
    settings.resolve(PARAMETER.name(), Settings.option(mode));
    return switch (mode) {
      case SEPARATE -> separate(request);
      case UNION -> {
        if (labels == null) {
          throw new ConfigurationException(
              "heads = union needs to know which classes are the same; give a label map");
        }
        Set<String> nodes = Heads.of(request.sources().get(0));
        SameArchitecture.check(request.sources(), request.names(), nodes);
        BlockLayout layout = union(labels);
        yield new OutputHeads(layouts(nodes, node -> layout), null);
      }
      default -> {
        requireShared(request, sizes, alike);
        SameArchitecture.check(request.sources(), request.names(), Set.of());
        yield SHARED;
      }
    };
  }

  private static OutputHeads separate(PlanRequest request) {
    SeparateHeads own = SeparateHeads.of(request.sources(), request.names());
    SameArchitecture.check(own.graphs(), request.names(), own.nodes());
    return new OutputHeads(own.layouts(), own);
  }

  private static Mode automatic(@Nullable LabelSpaces labels, boolean alike) {
    if (labels == null) {
      return alike ? Mode.SHARED : Mode.SEPARATE;
    }
    return labels.identical() ? Mode.SHARED : Mode.UNION;
  }

  private static String assumption(boolean alike, List<Map<String, Integer>> sizes) {
    if (alike) {
      return "heads: all networks have outputs of sizes "
          + List.copyOf(sizes.get(0).values())
          + ", so one label space was assumed; set heads = separate if their classes differ";
    }
    boolean classes = sizes.stream().map(Map::keySet).allMatch(sizes.get(0).keySet()::equals);
    return classes
        ? "heads: the networks have different numbers of classes, so each keeps its own head"
        : "heads: the networks have different outputs, so each keeps its own heads";
  }

  private static void requireShared(
      PlanRequest request, List<Map<String, Integer>> sizes, boolean alike) {
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
      boolean classes = sizes.get(other).keySet().equals(sizes.get(0).keySet());
      throw new ConfigurationException(
          "heads = shared needs "
              + (classes ? "as many classes" : "the same outputs")
              + " in all networks: "
              + request.names().get(0)
              + " has outputs "
              + (classes ? "of sizes " + List.copyOf(sizes.get(0).values()) : sizes.get(0).keySet())
              + ", "
              + request.names().get(other)
              + " "
              + (classes
                  ? "of " + List.copyOf(sizes.get(other).values())
                  : String.valueOf(sizes.get(other).keySet()))
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

  /** Returns the request with networks whose heads are as they are merged. */
  MergeRequest join(MergeRequest request) {
    return own == null ? request : request.withSources(own.join(request.sources()));
  }

  /** Returns graphs of the sources with heads as they are merged. */
  List<Graph> join(List<Graph> sources) {
    return own == null ? sources : own.graphs();
  }

  /** Returns the sources, with other weights perhaps, with heads as they are merged. */
  List<Model> joinModels(List<Model> sources) {
    return own == null ? sources : own.join(sources);
  }

  /** Returns a merged network with every source's heads, where they keep their own. */
  Model split(Model merged) {
    return own == null ? merged : own.split(merged);
  }

  /** Returns the graph of such a network, likewise. */
  Graph split(Graph merged) {
    return own == null ? merged : own.split(merged);
  }

  private static Map<String, Integer> outputSizes(Graph graph) {
    Map<String, Integer> sizes = new LinkedHashMap<>();
    graph.outputs().forEach((output, value) -> sizes.put(output, graph.valueShape(value).dim(0)));
    return sizes;
  }
}
