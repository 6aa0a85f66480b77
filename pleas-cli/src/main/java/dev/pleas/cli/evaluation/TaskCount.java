package dev.pleas.cli.evaluation;

import dev.pleas.api.tensor.HostTensor;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts right answers to the images of one task: among all classes, and among the task's own, as
 * if it were known which task an image belongs to.
 */
final class TaskCount {
  private final String name;
  private final int[] own;
  private final BitSet members = new BitSet();
  private int seen;
  private int rightAmongAll;
  private int rightAmongOwn;

  /**
   * @param name of the task
   * @param classes its classes
   * @param union all classes
   */
  TaskCount(String name, List<String> classes, List<String> union) {
    this.name = name;
    own = classes.stream().mapToInt(union::indexOf).toArray();
    for (int position : own) {
      members.set(position);
    }
  }

  String name() {
    return name;
  }

  /**
   * Counts an image.
   *
   * @param label of it, among all classes
   * @param answer to it, among all classes
   * @param row of the image
   * @param joint logits [n, all classes]
   * @param head logits [n, the task's classes] of the task's own head; null if it has none
   */
  void add(int label, int answer, int row, HostTensor joint, @Nullable HostTensor head) {
    if (!members.get(label)) {
      return;
    }
    seen++;
    rightAmongAll += answer == label ? 1 : 0;
    int best = 0;
    for (int c = 1; c < own.length; c++) {
      best = logit(c, row, joint, head) > logit(best, row, joint, head) ? c : best;
    }
    rightAmongOwn += own[best] == label ? 1 : 0;
  }

  private float logit(int c, int row, HostTensor joint, @Nullable HostTensor head) {
    return head == null
        ? joint.values()[row * joint.shape().dim(1) + own[c]]
        : head.values()[row * own.length + c];
  }

  Score.TaskScore score() {
    return new Score.TaskScore(
        name,
        seen,
        ConfusionMatrix.share(rightAmongAll, seen),
        ConfusionMatrix.share(rightAmongOwn, seen));
  }
}
