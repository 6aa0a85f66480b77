package dev.pleas.core.method;

import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Refuses networks that are not of one architecture, naming the first thing that differs. */
public final class SameArchitecture {
  private SameArchitecture() {}

  /**
   * Refuses graphs that are not of one architecture.
   *
   * @param heads nodes whose widths and parameters' first axes may differ
   * @throws ModelException naming the first parameter that differs and both shapes
   */
  public static void check(List<Graph> graphs, List<String> names, Set<String> heads) {
    for (int i = 1; i < graphs.size(); i++) {
      check(graphs.get(0), names.get(0), graphs.get(i), names.get(i), heads);
    }
  }

  private static void check(Graph a, String nameA, Graph b, String nameB, Set<String> heads) {
    Set<String> headParameters =
        a.nodes().stream()
            .filter(node -> heads.contains(node.name()))
            .flatMap(node -> node.op().parameters().stream())
            .collect(Collectors.toSet());
    for (Map.Entry<String, Shape> entry : a.parameters().entrySet()) {
      String parameter = entry.getKey();
      Shape inA = entry.getValue();
      @Nullable Shape inB = b.parameters().get(parameter);
      boolean same =
          inB != null
              && (headParameters.contains(parameter)
                  ? inA.rank() == inB.rank() && inA.dropFirst().equals(inB.dropFirst())
                  : inA.equals(inB));
      if (!same) {
        throw differs(a, nameA, b, nameB, parameter, inA, inB);
      }
    }
    for (Map.Entry<String, Shape> entry : b.parameters().entrySet()) {
      if (!a.parameters().containsKey(entry.getKey())) {
        throw differs(a, nameA, b, nameB, entry.getKey(), null, entry.getValue());
      }
    }
    if (!a.nodes().equals(b.nodes())) {
      throw new ModelException(firstNode(a, nameA, b, nameB));
    }
    if (!a.inputs().equals(b.inputs())) {
      throw new ModelException(
          "inputs differ: "
              + nameA
              + " takes "
              + a.inputs()
              + ", "
              + nameB
              + " takes "
              + b.inputs());
    }
  }

  private static ModelException differs(
      Graph a,
      String nameA,
      Graph b,
      String nameB,
      String parameter,
      @Nullable Shape inA,
      @Nullable Shape inB) {
    return new ModelException(
        parameter
            + ": "
            + nameA
            + " has "
            + (inA == null ? "no such tensor" : inA)
            + ", "
            + nameB
            + " has "
            + (inB == null ? "no such tensor" : inB)
            + ": "
            + nameA
            + " is "
            + a.architecture()
            + ", "
            + nameB
            + " is "
            + b.architecture()
            + "; merge networks of one architecture"
            + (inA != null && inB != null ? " and of the same widths" : ""));
  }

  private static String firstNode(Graph a, String nameA, Graph b, String nameB) {
    int i = 0;
    while (i < Math.min(a.nodes().size(), b.nodes().size())
        && a.nodes().get(i).equals(b.nodes().get(i))) {
      i++;
    }
    return "the networks compute differently: "
        + nameA
        + " has "
        + describe(a, i)
        + ", "
        + nameB
        + " has "
        + describe(b, i)
        + "; merge networks of one architecture";
  }

  private static String describe(Graph graph, int i) {
    if (i >= graph.nodes().size()) {
      return "nothing more";
    }
    Node node = graph.nodes().get(i);
    return node.name() + " = " + node.op();
  }
}
