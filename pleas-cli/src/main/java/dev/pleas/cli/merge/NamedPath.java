package dev.pleas.cli.merge;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A network to merge.
 *
 * @param name short name, unique in the merge
 * @param path checkpoint, or folder that a merge wrote
 * @param heads of attention, where the checkpoint does not say it, or null
 */
public record NamedPath(String name, Path path, @Nullable Integer heads) {
  /** A network of which nothing more is said. */
  public NamedPath(String name, Path path) {
    this(name, path, null);
  }
}
