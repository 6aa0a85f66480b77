package dev.pleas.cli.evaluation;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How often a network was right.
 *
 * @param name what a person calls the images
 * @param head the output that was looked at, or null for the only one
 * @param samples how many images
 * @param top1 share whose largest logit is the label's
 * @param top5 share whose label is among the five largest logits; null for five classes or fewer
 * @param classes one entry per class
 * @param confusion row: label, column: answer; how many images
 * @param tasks for all heads together, one entry per task; null for one head
 */
public record Score(
    String name,
    @Nullable String head,
    int samples,
    double top1,
    @Nullable Double top5,
    List<ClassScore> classes,
    List<List<Integer>> confusion,
    @Nullable List<TaskScore> tasks) {
  /**
   * One class.
   *
   * @param name its name, or its number as text
   * @param samples how many images have this label
   * @param accuracy share of them that was answered right; 0 if there is none
   */
  public record ClassScore(String name, int samples, double accuracy) {}

  /**
   * One task's images, when all heads answer together.
   *
   * @param name the source that learned it, or the head
   * @param samples how many images are of its classes
   * @param joint share whose answer among all classes is right
   * @param known share whose answer among the task's classes is right: by its own head, where there
   *     is one
   */
  public record TaskScore(String name, int samples, double joint, double known) {}

  /** Returns the same with a breakdown by task. */
  Score withTasks(List<TaskScore> breakdown) {
    return new Score(name, head, samples, top1, top5, classes, confusion, breakdown);
  }
}
