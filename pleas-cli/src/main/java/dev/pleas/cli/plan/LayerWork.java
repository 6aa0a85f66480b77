package dev.pleas.cli.plan;

import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.graph.Op;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * The least-squares problems of a layer of a merged network: one, or of a convolution in groups as
 * many as are solved apart.
 *
 * @param parts how many problems of this size there are
 * @param columns p, of the unfolded inputs of one
 * @param outputs q, right-hand sides of one
 * @param rows samples × positions that are added up
 * @param unfoldedPerSample entries of the layer's unfolded inputs of one sample, at the positions
 *     that are used; 0 where inputs need not be unfolded
 */
record LayerWork(long parts, long columns, long outputs, long rows, long unfoldedPerSample) {
  /** Groups of fewer columns are added up together up to so many. */
  private static final long TOGETHER = 128;

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
        long columns = weight.elementsFrom(1);
        long together = Math.min(conv.groups(), Math.max(1, TOGETHER / columns));
        long parts = (conv.groups() + together - 1) / together;
        boolean unfolds = weight.elementsFrom(2) > 1;
        layers.add(of(merged, node, parts, columns * together, unfolds, samples, rowsPerColumn));
      } else if (node.op() instanceof Op.Linear linear) {
        long columns = merged.parameterShape(linear.weight()).dim(1);
        layers.add(of(merged, node, 1, columns, false, samples, rowsPerColumn));
      }
    }
    return layers;
  }

  private static LayerWork of(
      Graph merged,
      Node node,
      long parts,
      long columns,
      boolean unfolds,
      long samples,
      long rowsPerColumn) {
    Shape output = merged.valueShape(node.name());
    long positions = output.elementsFrom(1);
    if (rowsPerColumn > 0) {
      long wanted = (rowsPerColumn * columns + samples - 1) / samples;
      positions = Math.min(positions, Math.max(1, wanted));
    }
    return new LayerWork(
        parts,
        columns,
        (output.dim(0) + parts - 1) / parts,
        positions * samples,
        unfolds ? parts * columns * positions : 0);
  }

  /** Returns p² + p·q for every part, the entries of both Gram matrices. */
  long gramEntries() {
    return parts * columns * (columns + outputs);
  }

  /** Returns the multiply-accumulates of adding up the moments: half of p² is symmetric. */
  double gramProducts() {
    return (double) parts * rows * (columns * columns / 2.0 + columns * outputs);
  }

  /** Returns the multiply-accumulates of a Cholesky solution of every part. */
  double solveProducts() {
    return parts * (Math.pow((double) columns, 3) / 6 + (double) columns * columns * outputs);
  }

  /** Returns p·q for every part. */
  long solutionEntries() {
    return parts * columns * outputs;
  }
}
