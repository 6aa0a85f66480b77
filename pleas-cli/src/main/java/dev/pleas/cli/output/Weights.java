package dev.pleas.cli.output;

import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Model;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.tensor.DType;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.models.checkpoint.CheckpointOutput;
import dev.pleas.models.dtype.StoredTensors;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes a merged network's tensors as the first source stores them, with the first one's
 * passengers: in a type that was asked for, or else each in the widest type that a source has it
 * in. Integers keep their type.
 */
final class Weights {
  private final Model merged;
  private final ParameterLayout layout;
  private final List<LoadedModel> sources;
  private final @Nullable DType dtype;

  /**
   * @param dtype the type of floating-point tensors; null for the sources'
   */
  Weights(Model merged, ParameterLayout layout, List<LoadedModel> sources, @Nullable DType dtype) {
    this.merged = merged;
    this.layout = layout;
    this.sources = sources;
    this.dtype = dtype;
  }

  /** Writes them into a folder; returns the name of the file to open. */
  String write(CheckpointOutput output, Path folder, Map<String, String> metadata) {
    Map<String, TensorInfo> infos = infos(merged.graph(), layout, sources, dtype);
    return output.write(
        folder,
        infos,
        name -> stored(name, Objects.requireNonNull(infos.get(name)).dtype()),
        metadata);
  }

  private StoredTensor stored(String name, DType type) {
    LoadedModel first = sources.get(0);
    if (!first.network().passengers().contains(name)) {
      return StoredTensors.of(layout.pack(name, merged::parameter), type, name);
    }
    StoredTensor passenger = first.checkpoint().stored(name);
    return dtype == null ? passenger : StoredTensors.convert(passenger, dtype, name);
  }

  /** Returns the tensors of a merged network's file. */
  static Map<String, TensorInfo> infos(
      Graph merged, ParameterLayout layout, List<LoadedModel> sources, @Nullable DType dtype) {
    LoadedModel first = sources.get(0);
    DType usual = usual(first);
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    layout
        .tensors(merged.parameters())
        .forEach(
            (name, shape) -> infos.put(name, new TensorInfo(dtype(name, usual, sources), shape)));
    first
        .checkpoint()
        .tensors()
        .forEach(
            (name, info) -> {
              if (first.network().passengers().contains(name)) {
                infos.putIfAbsent(name, info);
              }
            });
    if (dtype != null) {
      infos.replaceAll((name, info) -> StoredTensors.converted(info, dtype));
    }
    return infos;
  }

  /**
   * The type in which the sources have a tensor; the usual one for a tensor that they do not have.
   */
  private static DType dtype(String name, DType usual, List<LoadedModel> sources) {
    return sources.stream()
        .map(source -> source.checkpoint().tensors().get(name))
        .filter(Objects::nonNull)
        .map(TensorInfo::dtype)
        .reduce(Weights::wider)
        .orElse(usual);
  }

  /** The smallest type that holds both; F16 and BF16 have F32 in common. */
  private static DType wider(DType a, DType b) {
    if (a == b) {
      return a;
    }
    return a == DType.F64 || b == DType.F64 ? DType.F64 : DType.F32;
  }

  private static DType usual(LoadedModel model) {
    return model.network().layout().tensors(model.graph().parameters()).keySet().stream()
        .map(name -> Objects.requireNonNull(model.checkpoint().tensors().get(name)).dtype())
        .collect(
            Collectors.groupingBy(Function.identity(), LinkedHashMap::new, Collectors.counting()))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey)
        .orElse(DType.F32);
  }
}
