package dev.pleas.models.checkpoint;

import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.CheckpointFormatProvider;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.provider.Registry;
import dev.pleas.api.provider.RegistryEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How checkpoints are written.
 *
 * @param format what writes them
 * @param fileName of a checkpoint that fits into one file
 * @param shardBytes the most bytes of tensors in one file, at least 1; a single tensor may have
 *     more
 */
public record CheckpointOutput(CheckpointFormat format, String fileName, long shardBytes) {
  /** Checks the size. */
  public CheckpointOutput {
    if (shardBytes < 1) {
      throw new IllegalArgumentException("shardBytes " + shardBytes + ": expected 1 or more");
    }
  }

  /**
   * Chooses a format.
   *
   * @throws dev.pleas.api.error.ProviderException if there is none with this id, or it cannot be
   *     used here
   * @throws ConfigurationException if the format only reads
   */
  public static CheckpointOutput of(Registry registry, String formatId, long shardBytes) {
    CheckpointFormatProvider provider =
        registry.select(CheckpointFormatProvider.class, formatId).provider();
    CheckpointFormat format = provider.create();
    if (!format.writes()) {
      throw new ConfigurationException(
          "checkpoint format "
              + provider.id()
              + " only reads; choose one that writes, such as safetensors");
    }
    return new CheckpointOutput(format, provider.fileName(), shardBytes);
  }

  /**
   * Chooses how to write a file by its name, which ends as the names of a format do.
   *
   * @param file to be written; a folder is none
   * @param formatId the only format to consider, or null for all that write
   * @return null if the name is not that of such a file
   * @throws dev.pleas.api.error.PleasException as {@link #of}
   */
  public static @Nullable CheckpointOutput named(
      Registry registry, Path file, @Nullable String formatId) {
    if (Files.isDirectory(file)) {
      return null;
    }
    for (RegistryEntry<CheckpointFormatProvider> entry :
        registry.entries(CheckpointFormatProvider.class)) {
      @Nullable CheckpointFormatProvider provider = entry.provider();
      if (provider != null
          && entry.usable()
          && (formatId == null || formatId.equals(entry.id()))
          && (formatId != null || provider.create().writes())
          && endsAs(provider, file)) {
        CheckpointOutput usual = of(registry, entry.id(), Long.MAX_VALUE);
        return new CheckpointOutput(
            usual.format, String.valueOf(file.getFileName()), usual.shardBytes);
      }
    }
    return null;
  }

  private static boolean endsAs(CheckpointFormatProvider provider, Path file) {
    String ending = ShardNames.of(provider.fileName()).ending();
    return (!ending.isEmpty() && file.toString().endsWith(ending))
        || provider.create().recognizes(file);
  }

  /**
   * Writes a checkpoint: one file if its tensors fit, else shards and, last, their index. Every
   * shard has the metadata. The folder should be a new one: shards of another checkpoint stay.
   *
   * @param folder must exist
   * @return the name of the file to open: the only one, or the index
   * @throws dev.pleas.api.error.CheckpointException as {@link CheckpointFormat#write}
   */
  public String write(
      Path folder,
      Map<String, TensorInfo> tensors,
      Function<String, StoredTensor> content,
      Map<String, String> metadata) {
    List<Map<String, TensorInfo>> shards = split(tensors);
    if (shards.size() == 1) {
      format.write(folder.resolve(fileName), tensors, content, metadata);
      return fileName;
    }
    ShardNames names = ShardNames.of(fileName);
    Map<String, String> files = new LinkedHashMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String file = names.shard(i + 1, shards.size());
      format.write(folder.resolve(file), shards.get(i), content, metadata);
      shards.get(i).keySet().forEach(tensor -> files.put(tensor, file));
    }
    ShardIndex.write(
        folder.resolve(names.index()),
        files,
        tensors.values().stream().mapToLong(TensorInfo::bytes).sum());
    return names.index();
  }

  /** Fills one shard after another, in the order of the tensors; there is at least one. */
  private List<Map<String, TensorInfo>> split(Map<String, TensorInfo> tensors) {
    List<Map<String, TensorInfo>> shards = new ArrayList<>();
    Map<String, TensorInfo> shard = new LinkedHashMap<>();
    shards.add(shard);
    long bytes = 0;
    for (Map.Entry<String, TensorInfo> tensor : tensors.entrySet()) {
      long more = tensor.getValue().bytes();
      if (more > shardBytes - bytes && !shard.isEmpty()) {
        shard = new LinkedHashMap<>();
        shards.add(shard);
        bytes = 0;
      }
      shard.put(tensor.getKey(), tensor.getValue());
      bytes += more;
    }
    return shards;
  }
}
