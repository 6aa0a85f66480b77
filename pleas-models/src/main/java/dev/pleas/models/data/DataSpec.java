package dev.pleas.models.data;

import dev.pleas.api.error.ConfigurationException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the data is and what of it is wanted.
 *
 * @param path a file or a folder; {@link ImageData#open} says which
 * @param labels an IDX file of labels for an IDX file of images; null to look for it beside the
 *     images
 * @param classes keep the samples with these labels only, and call the first of them class 0, the
 *     second class 1, and so on; empty keeps all as they are
 * @param limit keep the first so many of what is left, in the order of the data; 0 keeps all
 * @param preprocessing what becomes of an image
 */
public record DataSpec(
    Path path,
    @Nullable Path labels,
    List<Integer> classes,
    int limit,
    Preprocessing preprocessing) {
  /**
   * Copies the list and checks it.
   *
   * @throws ConfigurationException if a class is negative or listed twice, or the limit is negative
   */
  public DataSpec {
    classes = List.copyOf(classes);
    Set<Integer> seen = new HashSet<>();
    for (int label : classes) {
      if (label < 0 || !seen.add(label)) {
        throw new ConfigurationException(
            "classes: expected different labels from 0 up, found "
                + label
                + (label < 0 ? "" : " twice")
                + " in "
                + classes);
      }
    }
    if (limit < 0) {
      throw new ConfigurationException(
          "limit: expected a number of samples, or 0 for all, found " + limit);
    }
  }
}
