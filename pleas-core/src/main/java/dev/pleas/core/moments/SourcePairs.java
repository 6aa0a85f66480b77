package dev.pleas.core.moments;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Something for every pair s &lt; t of N sources.
 *
 * @param sources N, at least 1
 * @param values for (0, 1), (0, 2), …, (0, N−1), (1, 2), …
 */
public record SourcePairs<T>(int sources, List<T> values) {
  /** Makes the value of a pair. */
  public interface Maker<T> {
    /** Returns the value of the pair s &lt; t. */
    T make(int s, int t);
  }

  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there are not as many values as pairs
   */
  public SourcePairs {
    values = List.copyOf(values);
    if (values.size() != sources * (sources - 1) / 2) {
      throw new IllegalArgumentException(values.size() + " values for pairs of " + sources);
    }
  }

  /** Returns what is made of each pair. */
  public static <T> SourcePairs<T> of(int sources, Maker<? extends T> maker) {
    List<T> values = new ArrayList<>();
    for (int s = 0; s < sources; s++) {
      for (int t = s + 1; t < sources; t++) {
        values.add(maker.make(s, t));
      }
    }
    return new SourcePairs<>(sources, values);
  }

  /**
   * Returns the value of a pair.
   *
   * @throws IllegalArgumentException unless 0 ≤ s &lt; t &lt; N
   */
  public T get(int s, int t) {
    if (s < 0 || s >= t || t >= sources) {
      throw new IllegalArgumentException("no pair (" + s + ", " + t + ") of " + sources);
    }
    return values.get(s * (2 * sources - s - 1) / 2 + t - s - 1);
  }

  /** Returns what a function makes of each value. */
  public <R> SourcePairs<R> map(Function<? super T, ? extends R> function) {
    return of(sources, (s, t) -> function.apply(get(s, t)));
  }
}
