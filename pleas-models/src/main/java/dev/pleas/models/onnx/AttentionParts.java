package dev.pleas.models.onnx;

import dev.pleas.api.graph.Op;
import dev.pleas.models.onnx.Axes.Atom;
import dev.pleas.models.onnx.Axes.Kind;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import dev.pleas.models.onnx.Value.Mask;
import dev.pleas.models.onnx.Value.Probabilities;
import dev.pleas.models.onnx.Value.Scores;
import java.util.ArrayList;
import java.util.List;

/** Attention, which ONNX has as two products of matrices and a softmax between. */
final class AttentionParts {
  private final Nodes nodes;

  AttentionParts(Nodes nodes) {
    this.nodes = nodes;
  }

  private static UnsupportedOperator refused(String what) {
    return new UnsupportedOperator(what + ", which is no attention in heads of channels");
  }

  /**
   * Returns the product of queries and keys.
   *
   * @param q [N, heads, T, d]
   * @param k [N, heads, d, S]
   */
  Scores scores(OnnxNode node, View q, View k) throws UnsupportedOperator {
    int last = q.axes().rank() - 1;
    boolean fits =
        node.operator().equals("MatMul")
            && last >= 1
            && k.axes().rank() == q.axes().rank()
            && q.axes().before(last - 1).equals(k.axes().before(last - 1))
            && q.channels() == k.channels()
            && q.axes().axes().get(last).equals(k.axes().axes().get(last - 1))
            && isHead(q, last)
            && isSequence(q, last - 1)
            && isSequence(k, last);
    if (!fits) {
      throw refused("multiplies values");
    }
    return new Scores(q, k, q.factor() * k.factor(), null);
  }

  private static boolean isSequence(View x, int axis) {
    return x.positions().size() == 1 && x.isPositions(axis);
  }

  /** Whether an axis are the channels of a head, and the axes before are of heads. */
  private static boolean isHead(View x, int axis) {
    int heads = heads(x);
    int width = x.channels() / Math.max(1, heads);
    return heads >= 1 && x.axes().isAll(axis, Kind.CHANNEL, width);
  }

  /** The number of heads by the axes before the last two; 0 if those are no heads. */
  private static int heads(View x) {
    List<Atom> before = x.axes().before(x.axes().rank() - 2);
    if (before.isEmpty()) {
      return 1;
    }
    Atom first = before.get(0);
    boolean heads =
        before.size() == 1
            && first.kind() == Kind.CHANNEL
            && first.length() * first.stride() == x.channels();
    return heads ? first.length() : 0;
  }

  /** Returns scores with a mask. */
  Scores masked(Scores scores, Mask mask) throws UnsupportedOperator {
    List<Long> shape = mask.shape();
    int rank = scores.queries().axes().rank();
    boolean fits =
        mask.stage() == Mask.Stage.ADDED
            && scores.mask() == null
            && shape.size() == rank
            && rank >= 3
            && isOne(shape.get(0))
            && shape.get(rank - 1) == scores.keys().count()
            && (shape.get(rank - 2) == 1 || shape.get(rank - 2) == scores.queries().count());
    for (int axis = 1; axis < rank - 2; axis++) {
      fits &= shape.get(axis) == 1 || shape.get(axis).equals(scores.onnxShape().get(axis));
    }
    if (!fits) {
      throw refused("adds a mask");
    }
    return new Scores(scores.queries(), scores.keys(), scores.scale(), mask.value());
  }

  /** Returns the choice of a very small number where a mask says that nothing is there. */
  Scores chosen(Scores scores, Mask mask, double number) throws UnsupportedOperator {
    if (mask.stage() != Mask.Stage.MISSING || number > Mask.FAR) {
      throw refused("chooses");
    }
    return masked(scores, mask.as(Mask.Stage.ADDED));
  }

  private static boolean isOne(long length) {
    return length == 1 || length == Folding.BATCH;
  }

  Probabilities softmax(OnnxNode node, Value x) throws UnsupportedOperator {
    if (x instanceof Scores scores) {
      long axis = node.number("axis", -1);
      if (axis == -1 || axis == scores.queries().axes().rank() - 1) {
        return new Probabilities(scores);
      }
    }
    throw refused("is not of scores over the keys");
  }

  /**
   * Adds the attention and returns its result, [N, heads, T, e].
   *
   * @param v [N, heads, S, e]
   */
  View mixed(OnnxNode node, Scores scores, View v) throws UnsupportedOperator {
    View q = scores.queries();
    View k = scores.keys();
    int last = v.axes().rank() - 1;
    int heads = heads(q);
    boolean fits =
        last == q.axes().rank() - 1
            && heads(v) == heads
            && isHead(v, last)
            && isSequence(v, last - 1)
            && v.count() == k.count();
    if (!fits) {
      throw refused("multiplies values");
    }
    List<String> inputs =
        new ArrayList<>(List.of(q.source().value(), k.source().value(), v.source().value()));
    if (scores.mask() != null) {
      inputs.add(scores.mask());
    }
    String y = nodes.add(node, "", new Op.Attention(heads, scores.scale()), inputs);
    Axes axes = v.axes().with(last - 1, List.of(new Atom(Kind.POSITION, q.count(), 1)));
    return new View(new View.Given(y), v.channels(), List.of(q.count()), axes, v.factor());
  }
}
