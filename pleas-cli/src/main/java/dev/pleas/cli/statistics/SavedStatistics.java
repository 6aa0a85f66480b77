package dev.pleas.cli.statistics;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import dev.pleas.cli.config.Json;
import dev.pleas.models.safetensors.SafetensorsProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/**
 * Statistics in a file: safetensors with a float64 tensor for each matrix, and the {@linkplain
 * StatisticsOrigin origin} in the metadata. The file is mapped, and holds no handle: there is
 * nothing to close.
 */
public final class SavedStatistics implements StoredStatistics {
  /** Key of the metadata that holds the origin as JSON. */
  private static final String KEY = "pleas.statistics";

  private final Path path;
  private final Checkpoint file;
  private final StatisticsOrigin origin;

  private SavedStatistics(Path path, Checkpoint file, StatisticsOrigin origin) {
    this.path = path;
    this.file = file;
    this.origin = origin;
  }

  /**
   * Opens a file; reads its header only.
   *
   * @throws CheckpointException if it is missing, damaged, or has no statistics in it
   */
  public static SavedStatistics open(Path path) {
    if (!Files.exists(path)) {
      throw new CheckpointException(
          "statistics " + path + ": there is no such file; compute it with pleas stats");
    }
    Checkpoint file = format().open(path);
    String json = file.metadata().get(KEY);
    if (json == null) {
      throw new CheckpointException(
          path
              + ": expected statistics that pleas stats wrote, found a checkpoint of "
              + file.tensors().size()
              + " tensors; networks are named with --model");
    }
    file.tensors().forEach((name, info) -> check(path, name, info));
    return new SavedStatistics(path, file, origin(path, json));
  }

  /** Returns whether a file has statistics in it, and no network. */
  public static boolean isIn(Checkpoint file) {
    return file.metadata().containsKey(KEY);
  }

  private static void check(Path path, String name, TensorInfo info) {
    if (info.dtype() != DType.F64 || info.shape().rank() != 2) {
      throw new CheckpointException(
          path
              + ": "
              + name
              + ": expected F64 with two axes, found "
              + info.dtype()
              + " "
              + info.shape()
              + ": another program changed the file; compute it again with pleas stats");
    }
  }

  private static StatisticsOrigin origin(Path path, String json) {
    try {
      JsonNode tree = Json.mapper().readTree(json);
      String format = tree.path("format").asText();
      if (!format.equals(StatisticsOrigin.FORMAT)) {
        throw new CheckpointException(
            path
                + ": expected the format "
                + StatisticsOrigin.FORMAT
                + ", found \""
                + format
                + "\": another version of pleas wrote it; compute it again with this one");
      }
      return Json.mapper().treeToValue(tree, StatisticsOrigin.class);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(
          path + ": its metadata " + KEY + " is damaged: " + e.getOriginalMessage(), e);
    }
  }

  /**
   * Writes a file: complete, or not at all.
   *
   * @throws CheckpointException if it cannot be written
   */
  public static void write(Path path, StoredStatistics statistics, StatisticsOrigin origin) {
    format()
        .write(
            path, statistics.tensors(), statistics::stored, Map.of(KEY, Json.writeCompact(origin)));
  }

  /**
   * Adds files up, matrix by matrix and entry by entry, into another.
   *
   * @param parts two or more
   * @return the origin of the sums
   * @throws dev.pleas.api.error.ConfigurationException if they are not of the same networks,
   *     settings, preprocessing and method, naming what differs
   * @throws CheckpointException if one is damaged, or the sums cannot be written
   */
  public static StatisticsOrigin add(List<SavedStatistics> parts, Path path) {
    SavedStatistics first = parts.get(0);
    StatisticsOrigin origin = first.origin;
    for (SavedStatistics part : parts.subList(1, parts.size())) {
      origin = origin.plus(part.origin, first.place(), part.place());
      first.requireSameMatrices(part);
    }
    write(path, new StatisticsSum(parts), origin);
    return origin;
  }

  private void requireSameMatrices(SavedStatistics other) {
    if (tensors().equals(other.tensors())) {
      return;
    }
    TreeSet<String> names = new TreeSet<>(names());
    names.addAll(other.names());
    Map<String, TensorInfo> all = new LinkedHashMap<>(tensors());
    String name =
        names.stream()
            .filter(n -> !Objects.equals(all.get(n), other.tensors().get(n)))
            .findFirst()
            .orElseThrow();
    throw new CheckpointException(
        other.place()
            + " cannot be added to "
            + place()
            + ": matrix "
            + name
            + ": "
            + shape(this, name)
            + " and "
            + shape(other, name)
            + "; compute both again with the same version of pleas");
  }

  private static String shape(SavedStatistics of, String name) {
    TensorInfo info = of.tensors().get(name);
    return info == null ? "none" : info.shape().toString();
  }

  private static CheckpointFormat format() {
    return new SafetensorsProvider().create();
  }

  /** Returns of what these statistics are. */
  public StatisticsOrigin origin() {
    return origin;
  }

  /** Returns the file. */
  public Path path() {
    return path;
  }

  @Override
  public String place() {
    return path.toString();
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return file.tensors();
  }

  @Override
  public StoredTensor stored(String name) {
    return file.stored(name);
  }
}
