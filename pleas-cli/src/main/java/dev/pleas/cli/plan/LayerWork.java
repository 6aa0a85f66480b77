package dev.pleas.cli.plan;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The least-squares problem of a layer of a merged network.
 *
 * @param columns p, of the unfolded inputs
 * @param outputs q, right-hand sides
 * @param rows samples × positions that are added up
 * @param unfoldedPerSample entries of the unfolded inputs of one sample, at the positions that are
 *     used; 0 where inputs need not be unfolded
 */
record LayerWork(long columns, long outputs, long rows, long unfoldedPerSample) {
  /**
   * Returns the problems of all layers with weights.
   *
   * @param samples of the calibration data
   * @param rowsPerColumn positions are sampled down to about so many rows per column; 0 for all
   */
  static List<LayerWork> of(Graph merged, long samples, long rowsPerColumn) {
    List<LayerWork> layers = new ArrayList<>();
    for (Node node : merged.nodes()) {
      if (node.op() instanceof Op.Conv2d conv) {
        Shape weight = merged.parameterShape(conv.weight());
        long taps = weight.elementsFrom(2);
        layers.add(of(merged, node, weight.elementsFrom(1), taps > 1, samples, rowsPerColumn));
      } else if (node.op() instanceof Op.Linear linear) {
        long columns = merged.parameterShape(linear.weight()).dim(1);
        layers.add(of(merged, node, columns, false, samples, rowsPerColumn));
      }
    }
    return layers;
  }

  private static LayerWork of(
      Graph merged, Node node, long columns, boolean unfolds, long samples, long rowsPerColumn) {
    Shape output = merged.valueShape(node.name());
    long positions = output.elementsFrom(1);
    if (rowsPerColumn > 0) {
      long wanted = (rowsPerColumn * columns + samples - 1) / samples;
      positions = Math.min(positions, Math.max(1, wanted));
    }
    return new LayerWork(
        columns, output.dim(0), positions * samples, unfolds ? columns * positions : 0);
  }

  /** Returns p² + p·q, the entries of both Gram matrices. */
  long gramEntries() {
    return columns * (columns + outputs);
  }

  /** Returns the multiply-accumulates of adding up the moments: half of p² is symmetric. */
  double gramProducts() {
    return (double) rows * (columns * columns / 2.0 + columns * outputs);
  }

  /** Returns the multiply-accumulates of a Cholesky solution. */
  double solveProducts() {
    return Math.pow((double) columns, 3) / 6 + (double) columns * columns * outputs;
  }
}
