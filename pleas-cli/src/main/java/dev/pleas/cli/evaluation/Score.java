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
 */
public record Score(
    String name,
    @Nullable String head,
    int samples,
    double top1,
    @Nullable Double top5,
    List<ClassScore> classes,
    List<List<Integer>> confusion) {
  /**
   * One class.
   *
   * @param name its name, or its number as text
   * @param samples how many images have this label
   * @param accuracy share of them that was answered right; 0 if there is none
   */
  public record ClassScore(String name, int samples, double accuracy) {}
}
