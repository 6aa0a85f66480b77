package dev.pleas.models.checkpoint;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Opens checkpoints of any format that a registry has: a file, the index of a sharded checkpoint,
 * or the folder that one of them is in. Sharding is no format of its own: each shard is a file of
 * some format, so it stands around the formats, which know nothing of it. Safe for use by several
 * threads.
 */
public final class CheckpointFiles {
  private static final int MOST_NAMED = 5;

  private final Registry registry;

  /**
   * @param registry has the formats
   */
  public CheckpointFiles(Registry registry) {
    this.registry = registry;
  }

  /**
   * Opens a checkpoint; reads headers only.
   *
   * @param path a file of a known format, an index {@code *.index.json}, or a folder with exactly
   *     one of these
   * @return whose {@link Checkpoint#path path} is the file or index that was found
   * @throws CheckpointException if a file is missing, damaged or of no known format, or the folder
   *     has several checkpoints or none
   */
  public Checkpoint open(Path path) {
    if (!Files.exists(path)) {
      throw new CheckpointException(path + ": there is no such file");
    }
    if (!Files.isReadable(path)) {
      throw new CheckpointException(path + ": may not be read; check its permissions");
    }
    if (Files.isDirectory(path)) {
      return open(only(path));
    }
    return isJson(path) ? ShardedCheckpoint.open(path, this::openFile) : openFile(path);
  }

  private Checkpoint openFile(Path path) {
    StringBuilder reasons = new StringBuilder();
    List<String> known = new ArrayList<>();
    for (CheckpointFormatProvider provider : providers()) {
      CheckpointFormat format = provider.create();
      if (format.recognizes(path)) {
        return format.open(path);
      }
      known.add(provider.id());
      reasons.append(refusal(format, provider.id(), path));
    }
    throw new CheckpointException(
        path
            + ": not a checkpoint of a known format; known are: "
            + (known.isEmpty() ? "none" : String.join(", ", known))
            + reasons);
  }

  /** What a format says of a file that it does not recognise: often what it is, and a remedy. */
  private static String refusal(CheckpointFormat format, String id, Path path) {
    try (Checkpoint checkpoint = format.open(path)) {
      return "; " + id + " can open it, though: " + checkpoint.path();
    } catch (CheckpointException e) {
      return "; not " + id + ": " + String.valueOf(e.getMessage()).replace(path + ": ", "");
    }
  }

  /** Returns the checkpoint of a folder: called as such files are, or else of a known format. */
  private Path only(Path folder) {
    Set<String> usual =
        providers().stream().map(CheckpointFormatProvider::fileName).collect(Collectors.toSet());
    List<Path> found =
        files(
            folder,
            file -> usual.contains(name(file)) || name(file).endsWith(ShardNames.INDEX_ENDING));
    if (found.isEmpty()) {
      List<CheckpointFormat> formats =
          providers().stream().map(CheckpointFormatProvider::create).toList();
      found = files(folder, file -> formats.stream().anyMatch(format -> format.recognizes(file)));
    }
    if (found.size() == 1) {
      return found.get(0);
    }
    String names =
        found.stream()
            .limit(MOST_NAMED)
            .map(CheckpointFiles::name)
            .collect(Collectors.joining(", "));
    throw new CheckpointException(
        folder
            + ": expected a folder with one checkpoint, found "
            + (found.isEmpty()
                ? "none; name the file"
                : found.size()
                    + ": "
                    + names
                    + (found.size() > MOST_NAMED ? ", …" : "")
                    + "; name one of them"));
  }

  private static List<Path> files(Path folder, Predicate<Path> wanted) {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(Files::isRegularFile).filter(wanted).sorted().toList();
    } catch (IOException e) {
      throw new CheckpointException(folder + ": cannot be listed: " + e, e);
    }
  }

  private List<CheckpointFormatProvider> providers() {
    List<CheckpointFormatProvider> usable = new ArrayList<>();
    for (RegistryEntry<CheckpointFormatProvider> entry :
        registry.entries(CheckpointFormatProvider.class)) {
      @Nullable CheckpointFormatProvider provider = entry.provider();
      if (provider != null && entry.usable()) {
        usable.add(provider);
      }
    }
    return usable;
  }

  private static boolean isJson(Path path) {
    return name(path).endsWith(".json");
  }

  private static String name(Path path) {
    return String.valueOf(path.getFileName());
  }
}
