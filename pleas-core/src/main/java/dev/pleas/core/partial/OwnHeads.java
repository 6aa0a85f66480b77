package dev.pleas.core.partial;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The heads of one network, and which of them are of one kind: those that a merge has named after
 * sources, {@code fc.lo} and {@code fc.hi}, are both {@code fc}, as the head of a network with one
 * is.
 *
 * @param all by the node's name, in execution order
 */
record OwnHeads(Map<String, Head> all) {
  /**
   * A node that makes an output, or part of it.
   *
   * @param node itself
   * @param output the name of the output
   * @param kind its name without the output's
   * @param rows how many values it makes
   */
  record Head(Node node, String output, String kind, int rows) {
    /** Returns a name of a parameter or tensor of this head without the output's. */
    String general(String parameter) {
      int dot = parameter.lastIndexOf('.');
      String stem = parameter.substring(0, Math.max(dot, 0));
      if (kind.equals(node.name())) {
        return parameter;
      } else if (stem.equals(output)) {
        return parameter.substring(dot + 1);
      } else if (stem.endsWith("." + output)) {
        return stem.substring(0, stem.length() - output.length()) + parameter.substring(dot + 1);
      }
      return parameter;
    }
  }

  /**
   * Finds the heads of a network.
   *
   * @throws dev.pleas.api.error.ConfigurationException if an output is made by something else than
   *     linear layers
   */
  static OwnHeads of(Graph graph) {
    OwnHeads named = new OwnHeads(find(graph, true));
    return named.fit(graph) ? named : new OwnHeads(find(graph, false));
  }

  private static Map<String, Head> find(Graph graph, boolean byKind) {
    Set<String> heads = Heads.of(graph);
    Map<String, String> outputs = new LinkedHashMap<>();
    graph.outputs().forEach((output, value) -> outputs.putIfAbsent(value, output));
    for (int i = graph.nodes().size() - 1; i >= 0; i--) {
      Node node = graph.nodes().get(i);
      @Nullable String output = outputs.get(node.name());
      if (output != null && !(node.op() instanceof Op.Linear)) {
        node.inputs().forEach(input -> outputs.putIfAbsent(input, output));
      }
    }
    Map<String, Head> all = new LinkedHashMap<>();
    for (Node node : graph.nodes()) {
      @Nullable String output = outputs.get(node.name());
      if (output != null && heads.contains(node.name())) {
        String kind = byKind ? kind(node.name(), output) : node.name();
        int rows = graph.valueShape(node.name()).dim(0);
        all.put(node.name(), new Head(node, output, kind, rows));
      }
    }
    return all;
  }

  private static String kind(String node, String output) {
    String end = "." + output;
    return node.endsWith(end) && node.length() > end.length()
        ? node.substring(0, node.length() - end.length())
        : node;
  }

  /** Whether heads of one kind do the same to the same values, so that they can be one layer. */
  private boolean fit(Graph graph) {
    Set<String> others = new HashSet<>(graph.valueShapes().keySet());
    others.removeAll(all.keySet());
    for (Map.Entry<String, List<Head>> kind : kinds().entrySet()) {
      List<Head> heads = kind.getValue();
      List<String> outputs = heads.stream().map(Head::output).toList();
      Set<Object> doing = new HashSet<>();
      for (Head head : heads) {
        doing.add(List.of(what(head), inputs(head)));
        for (String input : head.node().inputs()) {
          @Nullable Head before = all.get(input);
          if (before != null
              && !kind(before.kind()).stream().map(Head::output).toList().equals(outputs)) {
            return false;
          }
        }
      }
      if (others.contains(kind.getKey())
          || doing.size() > 1
          || new HashSet<>(outputs).size() < outputs.size()) {
        return false;
      }
    }
    return true;
  }

  /** What a head does: a bias that only some have is no difference. */
  private static Object what(Head head) {
    return head.node().op() instanceof Op.Linear linear
        ? head.general(linear.weight())
        : head.node().op();
  }

  /** Returns what a head reads, heads by their kinds. */
  List<String> inputs(Head head) {
    List<String> inputs = new ArrayList<>();
    for (String input : head.node().inputs()) {
      @Nullable Head before = all.get(input);
      inputs.add(before == null ? input : before.kind());
    }
    return List.copyOf(inputs);
  }

  /** Returns the heads by their kind, in execution order. */
  Map<String, List<Head>> kinds() {
    Map<String, List<Head>> kinds = new LinkedHashMap<>();
    all.values()
        .forEach(head -> kinds.computeIfAbsent(head.kind(), k -> new ArrayList<>()).add(head));
    return kinds;
  }

  /** Returns the head that makes an output. */
  Head of(String value) {
    return Objects.requireNonNull(all.get(value), value);
  }

  /** Returns the heads of a kind. */
  List<Head> kind(String kind) {
    return all.values().stream().filter(head -> head.kind().equals(kind)).toList();
  }

  /** Returns the names of all parameters of heads. */
  Set<String> parameters() {
    Set<String> parameters = new LinkedHashSet<>();
    all.values().forEach(head -> parameters.addAll(head.node().op().parameters()));
    return parameters;
  }
}
