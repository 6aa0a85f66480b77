package dev.pleas.cli.evaluation;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.labels.NetworkLabels;
import java.util.ArrayList;
import java.util.List;

/**
 * The logits of all heads over the union of their classes: of each class the mean of the logits of
 * those heads that know it.
 */
final class JointLogits {
  private final List<int[]> positions = new ArrayList<>();
  private final int[] heads;

  /**
   * @param outputs the heads, in the order of the logits that will come
   */
  JointLogits(NetworkLabels labels, List<String> outputs) {
    List<String> union = labels.union();
    heads = new int[union.size()];
    for (String output : outputs) {
      int[] own = labels.of(output).stream().mapToInt(union::indexOf).toArray();
      for (int position : own) {
        heads[position]++;
      }
      positions.add(own);
    }
  }

  /** Returns logits [n, classes] of a batch, given those of every head. */
  HostTensor of(List<HostTensor> logits) {
    int count = logits.get(0).shape().dim(0);
    float[] joint = new float[count * heads.length];
    for (int head = 0; head < logits.size(); head++) {
      int[] own = positions.get(head);
      float[] values = logits.get(head).values();
      for (int i = 0; i < count; i++) {
        for (int c = 0; c < own.length; c++) {
          joint[i * heads.length + own[c]] += values[i * own.length + c] / heads[own[c]];
        }
      }
    }
    return HostTensor.wrap(Shape.of(count, heads.length), joint);
  }
}
