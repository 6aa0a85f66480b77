package dev.pleas.core.alignment;

import dev.pleas.api.model.Model;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * An order of networks by what is in them, so that what is computed in it does not depend on the
 * order in which they were given: lexicographic in the weights, parameters by name.
 */
final class CanonicalOrder {
  private CanonicalOrder() {}

  /** Returns the indices of the networks, first to last. */
  static int[] of(List<Model> models) {
    List<String> names = models.get(0).parameters().keySet().stream().sorted().toList();
    Comparator<Model> byContent =
        (a, b) -> {
          for (String name : names) {
            int order = Arrays.compare(a.parameter(name).values(), b.parameter(name).values());
            if (order != 0) {
              return order;
            }
          }
          return 0;
        };
    return IntStream.range(0, models.size())
        .boxed()
        .sorted((s, t) -> byContent.compare(models.get(s), models.get(t)))
        .mapToInt(Integer::intValue)
        .toArray();
  }
}
