package dev.pleas.cli.preflight;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One tensor in all sources.
 *
 * @param tensor its name in the network
 * @param status how the sources' compare
 * @param found type and shape by the name of the source; sources that lack it are left out
 */
public record TensorComparison(String tensor, Status status, Map<String, TensorInfo> found) {
  /** How a tensor compares. */
  public enum Status {
    /** The same shape in all sources. */
    MATCHED,
    /** Of a head, and the sources have different ones, or as many classes: each keeps its own. */
    HEAD,
    /** Some source lacks it: the networks differ. */
    MISSING,
    /** Other shapes than the networks may differ in. */
    CONFLICT,
    /** Not of what the network computes, such as {@code num_batches_tracked}: the first's stays. */
    COPIED;

    /** Returns the name that reports have. */
    @JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Copies the map. */
  public TensorComparison {
    found = Collections.unmodifiableMap(new LinkedHashMap<>(found));
  }

  /**
   * Compares a parameter.
   *
   * @param head whether the number of classes, its first axis, may differ, and sources may lack it
   */
  static TensorComparison of(
      String tensor, Map<String, TensorInfo> found, int sources, boolean head) {
    Status status;
    if (found.size() < sources) {
      status = head ? Status.HEAD : Status.MISSING;
    } else if (found.values().stream().map(TensorInfo::shape).distinct().count() == 1) {
      status = Status.MATCHED;
    } else {
      boolean classes =
          head
              && found.values().stream().noneMatch(info -> info.shape().rank() == 0)
              && found.values().stream()
                      .map(TensorInfo::shape)
                      .map(Shape::dropFirst)
                      .distinct()
                      .count()
                  == 1;
      status = classes ? Status.HEAD : Status.CONFLICT;
    }
    return new TensorComparison(tensor, status, found);
  }

  /** Returns whether the sources store it in different types. */
  boolean typesDiffer() {
    return found.values().stream().map(TensorInfo::dtype).distinct().count() > 1;
  }

  /** Returns whether there is anything to say of it. */
  boolean notable() {
    return status != Status.MATCHED || typesDiffer();
  }

  /** Returns whether it is copied and its elements are whole numbers in the first that has it. */
  boolean integerBuffer() {
    return status == Status.COPIED && !found.values().iterator().next().dtype().isFloating();
  }
}
