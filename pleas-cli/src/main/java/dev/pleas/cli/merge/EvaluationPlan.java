package dev.pleas.cli.merge;

import dev.pleas.models.data.DataSpec;
import org.jspecify.annotations.Nullable;

/**
 * Labelled images to measure accuracy on.
 *
 * @param name what a person calls them
 * @param data the images
 * @param head the output to look at, and the only source that has learned this task; null when
 *     every source has, and the network has one output
 */
public record EvaluationPlan(String name, DataSpec data, @Nullable String head) {
  /** Returns whether a source has learned this task. */
  public boolean concerns(String source) {
    return head == null || head.equals(source);
  }
}
