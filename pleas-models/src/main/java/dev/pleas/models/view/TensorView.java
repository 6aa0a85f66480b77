package dev.pleas.models.view;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.tensor.Shape;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint's tensors under the names that a library gives them, without the prefix that
 * wrappers such as {@code DataParallel} put before all. Keeps account of what has been used.
 */
public final class TensorView {
  private static final String WRAPPERS =
      "((?:(?:module|model|model_ema|state_dict|backbone|encoder|trunk|vit|deit|dinov2|visual"
          + "|vision_model|vision_tower|image_encoder)\\.)*)";

  private final Map<String, TensorInfo> tensors;
  private final String prefix;
  private final Map<String, Shape> used;
  private final Set<String> passengers;

  private TensorView(
      Map<String, TensorInfo> tensors,
      String prefix,
      Map<String, Shape> used,
      Set<String> passengers) {
    this.tensors = tensors;
    this.prefix = prefix;
    this.used = used;
    this.passengers = passengers;
  }

  /**
   * Returns the view of a checkpoint that has a tensor after some prefix, else null.
   *
   * @param anchor the tensor's name without the prefix
   * @throws ModelException if it is there after several prefixes, as two networks are in one file
   */
  public static @Nullable TensorView of(Map<String, TensorInfo> tensors, String anchor) {
    return of(tensors, anchor, "");
  }

  /**
   * Returns the view of a checkpoint that has a tensor after some prefix, and others after the same
   * prefix, else null.
   *
   * @param anchor the tensor's name without the prefix
   * @param others how the names of others start without the prefix; an anchor alone is of something
   *     else
   * @throws ModelException if it is so after several prefixes, as two networks are in one file
   */
  public static @Nullable TensorView of(
      Map<String, TensorInfo> tensors, String anchor, String others) {
    Pattern pattern = Pattern.compile(WRAPPERS + Pattern.quote(anchor));
    SortedSet<String> prefixes = new TreeSet<>();
    for (String name : tensors.keySet()) {
      Matcher matcher = pattern.matcher(name);
      if (matcher.matches() && anyStarts(tensors, matcher.group(1) + others)) {
        prefixes.add(matcher.group(1));
      }
    }
    if (prefixes.size() > 1) {
      throw new ModelException(
          prefixes.first()
              + anchor
              + " and "
              + prefixes.last()
              + anchor
              + " are both there: the checkpoint holds several networks; keep the tensors of one");
    }
    return prefixes.isEmpty()
        ? null
        : new TensorView(tensors, prefixes.first(), new LinkedHashMap<>(), new HashSet<>());
  }

  private static boolean anyStarts(Map<String, TensorInfo> tensors, String start) {
    return tensors.keySet().stream().anyMatch(name -> name.startsWith(start));
  }

  /**
   * Returns the view that has a tensor: this one, or one of a shorter prefix, as where a wrapper
   * has put its head beside the backbone. They keep one account.
   *
   * @param name the tensor's name without the prefix
   * @return this view if none has it
   */
  public TensorView having(String name) {
    for (String shorter = prefix; ; shorter = shorter.replaceFirst("[^.]+\\.$", "")) {
      if (tensors.containsKey(shorter + name)) {
        return new TensorView(tensors, shorter, used, passengers);
      }
      if (shorter.isEmpty()) {
        return this;
      }
    }
  }

  /** Returns whether there is such a tensor. */
  public boolean has(String name) {
    return tensors.containsKey(prefix + name);
  }

  /** Returns whether there is anything of a module that has a weight. */
  public boolean hasModule(String module) {
    return has(module + ".weight") || has(module + ".bias");
  }

  /** Returns the checkpoint's name of a tensor. */
  public String fullName(String name) {
    return prefix + name;
  }

  /**
   * Returns the type and shape of a tensor without using it.
   *
   * @throws ModelException if it is missing
   */
  public TensorInfo info(String name) {
    @Nullable TensorInfo info = tensors.get(prefix + name);
    if (info == null) {
      throw new ModelException(prefix + name + ": missing: the checkpoint is incomplete");
    }
    return info;
  }

  /**
   * Uses a tensor as a parameter.
   *
   * @param expected its axis lengths, −1 where any length will do
   * @return its shape
   * @throws ModelException if it is missing, of another shape, or of an integer type
   */
  public Shape use(String name, int... expected) {
    TensorInfo info = info(name);
    Shape found = info.shape();
    boolean fits = found.rank() == expected.length;
    for (int axis = 0; fits && axis < expected.length; axis++) {
      fits = expected[axis] < 0 ? found.dim(axis) > 0 : found.dim(axis) == expected[axis];
    }
    if (!fits) {
      throw misfit(
          name, expected, "the checkpoint is damaged or of a variant that is not supported");
    }
    if (!info.dtype().isFloating()) {
      throw new ModelException(
          prefix
              + name
              + ": expected a floating-point type, found "
              + info.dtype()
              + ": quantized checkpoints are not supported");
    }
    used.put(prefix + name, found);
    return found;
  }

  /** Sets a tensor aside that does not take part in the computation, if it is there. */
  public void passenger(String name) {
    if (has(name)) {
      passengers.add(prefix + name);
    }
  }

  /**
   * Returns the refusal of a tensor's shape.
   *
   * @param expected axis lengths, −1 where any length will do
   */
  public ModelException misfit(String name, int[] expected, String why) {
    String wanted =
        Arrays.stream(expected)
            .mapToObj(length -> length < 0 ? "*" : Integer.toString(length))
            .collect(Collectors.joining(", ", "[", "]"));
    return new ModelException(
        prefix + name + ": expected " + wanted + ", found " + info(name).shape() + ": " + why);
  }

  /**
   * Returns how many numbered things there are, counted from 0: the largest number + 1.
   *
   * @param numbered matches the start of a name; its first group is the number
   */
  public int count(Pattern numbered) {
    int count = 0;
    for (String name : names()) {
      Matcher matcher = numbered.matcher(name);
      if (matcher.lookingAt()) {
        count = Math.max(count, Integer.parseInt(matcher.group(1)) + 1);
      }
    }
    return count;
  }

  /** Returns the names with the common prefix, without it, in the checkpoint's order. */
  public List<String> names() {
    return tensors.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .map(name -> name.substring(prefix.length()))
        .toList();
  }

  /** Returns what has been used so far, in that order. */
  public Map<String, Shape> parameters() {
    return used;
  }

  /** Returns what has been set aside so far. */
  public Set<String> passengers() {
    return passengers;
  }

  /** Returns the checkpoint's tensors that are neither used nor set aside, in its order. */
  public Set<String> leftovers() {
    Set<String> left = new LinkedHashSet<>(tensors.keySet());
    left.removeAll(used.keySet());
    left.removeAll(passengers);
    return left;
  }

  /**
   * Throws if a tensor is neither used nor set aside: it would be dropped silently.
   *
   * @param family what has no such tensor, for instance {@code a ResNet}
   */
  public void refuseLeftovers(String family) {
    Set<String> left = leftovers();
    if (!left.isEmpty()) {
      throw new ModelException(
          left.iterator().next()
              + ": "
              + family
              + " has no such tensor"
              + (left.size() == 1 ? "" : " (" + left.size() + " are unknown)")
              + ": the network is of a variant that is not supported, or the checkpoint holds other"
              + " things besides the weights");
    }
  }
}
