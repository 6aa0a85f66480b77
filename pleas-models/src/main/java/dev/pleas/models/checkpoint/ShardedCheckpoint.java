package dev.pleas.models.checkpoint;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.models.file.CheckpointFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint of several files, which an index ties together. Tensors are those of the index; what
 * else is in a file is left alone. Metadata are those of all files and the index; where they
 * disagree, the first file is right.
 */
final class ShardedCheckpoint implements Checkpoint {
  private final Path index;
  private final Map<String, Checkpoint> shards = new LinkedHashMap<>();
  private final Map<String, Checkpoint> shardOf = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private ShardedCheckpoint(Path index) {
    this.index = index;
  }

  /**
   * Opens an index and the files that it names; reads headers only.
   *
   * @param opener opens one of the files
   * @throws CheckpointException if the index is damaged, or a file is missing, damaged, outside of
   *     the index's folder, or without a tensor that the index says it has
   */
  static Checkpoint open(Path index, Function<Path, Checkpoint> opener) {
    ShardIndex read = ShardIndex.read(index);
    ShardedCheckpoint checkpoint = new ShardedCheckpoint(index);
    try {
      read.files().forEach((tensor, file) -> checkpoint.add(tensor, file, opener));
      checkpoint.shards.values().forEach(shard -> checkpoint.addMetadata(shard.metadata()));
      checkpoint.addMetadata(read.metadata());
      return checkpoint;
    } catch (RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  private void add(String tensor, String file, Function<Path, Checkpoint> opener) {
    @Nullable Checkpoint shard = shards.get(file);
    if (shard == null) {
      shard = open(file, opener);
      shards.put(file, shard);
    }
    @Nullable TensorInfo info = shard.tensors().get(tensor);
    if (info == null) {
      throw new CheckpointException(
          index
              + ": shard "
              + file
              + ": no tensor "
              + tensor
              + ", which the index says is there: the files do not belong together; fetch all of"
              + " them again");
    }
    tensors.put(tensor, info);
    shardOf.put(tensor, shard);
  }

  private Checkpoint open(String file, Function<Path, Checkpoint> opener) {
    Path path = inside(file);
    try {
      return opener.apply(path);
    } catch (CheckpointException e) {
      throw new CheckpointException(index + ": shard " + e.getMessage(), e);
    }
  }

  /** Returns the path of a shard; see {@link CheckpointFile#outside} for links. */
  private Path inside(String file) {
    try {
      Path name = Path.of(file);
      boolean plain = !name.isAbsolute() && name.getRoot() == null && !file.isBlank();
      for (Path part : name) {
        plain &= !part.toString().equals("..");
      }
      if (!plain) {
        throw outside(file, "");
      }
      Path path = index.resolveSibling(name);
      @Nullable Path elsewhere = CheckpointFile.outside(index, path);
      if (elsewhere != null) {
        throw outside(file, ", a link to " + elsewhere);
      }
      if (!Files.isRegularFile(path)) {
        throw new CheckpointException(index + ": shard " + file + ": expected a file, found none");
      }
      return path;
    } catch (NoSuchFileException e) {
      throw new CheckpointException(
          index + ": shard " + file + ": there is no such file; fetch it into the index's folder",
          e);
    } catch (InvalidPathException e) {
      throw new CheckpointException(
          index + ": shard " + file + ": not the name of a file: " + e.getReason(), e);
    } catch (IOException e) {
      throw new CheckpointException(index + ": shard " + file + ": cannot be read: " + e, e);
    }
  }

  private CheckpointException outside(String file, String why) {
    return new CheckpointException(
        index
            + ": shard "
            + file
            + why
            + ": expected a file in the index's folder; what lies elsewhere is not read: move it"
            + " there and correct the index, if you trust where both come from");
  }

  private void addMetadata(Map<String, String> more) {
    more.forEach(metadata::putIfAbsent);
  }

  @Override
  public Path path() {
    return index;
  }

  @Override
  public List<Path> files() {
    List<Path> files = new ArrayList<>(List.of(index));
    shards.values().forEach(shard -> files.addAll(shard.files()));
    return files;
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  @Override
  public HostTensor read(String name) {
    return shard(name).read(name);
  }

  @Override
  public StoredTensor stored(String name) {
    return shard(name).stored(name);
  }

  private Checkpoint shard(String name) {
    @Nullable Checkpoint shard = shardOf.get(name);
    if (shard == null) {
      throw new CheckpointException(
          index + ": no tensor " + name + " among the " + tensors.size() + " of the index");
    }
    return shard;
  }

  @Override
  public void close() {
    shards.values().forEach(Checkpoint::close);
  }
}
