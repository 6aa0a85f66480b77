package dev.pleas.core.partial;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which features of the merged network equal what the sources give without any refit: apart units
 * whose inputs are all exact are their source's own, and a linear map of exact inputs has the
 * average of the sources' outputs in its merged rows. Where every unit is apart, everything is
 * exact, and the network is the ensemble.
 */
public final class Exactness {
  private final Layouts layouts;
  private final Map<String, Blocks> values = new HashMap<>();

  /**
   * @param merged merged units equal the mean of the sources' values
   * @param apart units kept apart equal their source's values
   */
  private record Blocks(boolean merged, boolean apart) {}

  /**
   * @param graph of the merged network
   */
  public Exactness(Graph graph, Layouts layouts) {
    this.layouts = layouts;
    graph.inputs().keySet().forEach(input -> values.put(input, new Blocks(true, true)));
    graph.nodes().forEach(node -> values.put(node.name(), propagate(node)));
  }

  /** Returns whether all channels of a value are exact. */
  public boolean all(String value) {
    Blocks exact = of(value);
    BlockLayout layout = layouts.ofValue(value);
    boolean apart = layout.width() == layout.mergedA().length || exact.apart();
    return apart && (layout.mergedA().length == 0 || exact.merged());
  }

  /** Returns whether the channels of a value that are kept apart are exact. */
  public boolean apart(String value) {
    return of(value).apart();
  }

  private Blocks propagate(Node node) {
    Op op = node.op();
    String x = node.inputs().get(0);
    if (op instanceof Op.Conv2d || op instanceof Op.Linear) {
      return new Blocks(all(x), all(x));
    } else if (op instanceof Op.Add) {
      Blocks a = of(x);
      Blocks b = of(node.inputs().get(1));
      return new Blocks(a.merged() && b.merged(), a.apart() && b.apart());
    } else if (op instanceof Op.GlobalAveragePool) {
      return of(x);
    }
    // Normalization and nonlinearities act unit by unit, but not on a mean as on its parts.
    return new Blocks(false, of(x).apart());
  }

  private Blocks of(String value) {
    @Nullable Blocks blocks = values.get(value);
    if (blocks == null) {
      throw new IllegalArgumentException("no value " + value);
    }
    return blocks;
  }
}
