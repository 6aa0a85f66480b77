package dev.pleas.models.checkpoint;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How the files of a sharded checkpoint are called: {@code model-00001-of-00002.safetensors}, and
 * {@code model.safetensors.index.json}.
 *
 * @param stem what the name of a single file begins with, {@code model}
 * @param ending what it ends with, {@code .safetensors}; may be empty
 */
public record ShardNames(String stem, String ending) {
  static final String INDEX_ENDING = ".index.json";

  /** Returns the names that go with that of a single file, or of an index. */
  public static ShardNames of(String fileName) {
    String single =
        fileName.endsWith(INDEX_ENDING)
            ? fileName.substring(0, fileName.length() - INDEX_ENDING.length())
            : fileName;
    int dot = single.lastIndexOf('.');
    return dot <= 0
        ? new ShardNames(single, "")
        : new ShardNames(single.substring(0, dot), single.substring(dot));
  }

  /** Returns the name of the index. */
  public String index() {
    return stem + ending + INDEX_ENDING;
  }

  /**
   * Returns the name of a shard.
   *
   * @param number from 1
   * @param count of shards
   */
  public String shard(int number, int count) {
    return String.format(Locale.ROOT, "%s-%05d-of-%05d%s", stem, number, count, ending);
  }

  /** Returns whether a name is that of the single file, the index, or a shard. */
  public boolean include(String name) {
    return name.equals(stem + ending)
        || name.equals(index())
        || name.matches(Pattern.quote(stem) + "-\\d{5,}-of-\\d{5,}" + Pattern.quote(ending));
  }
}
