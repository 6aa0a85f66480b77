package dev.pleas.cli.output;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.tensor.DType;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.config.ModelConfig;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.cli.merge.MergeOutcome;
import dev.pleas.cli.merge.Provenance;
import dev.pleas.cli.recipe.StorageSettings;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.session.Session;
import dev.pleas.core.partial.SeparateHeads;
import dev.pleas.models.checkpoint.CheckpointOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what a merge leaves behind. */
public final class MergeWriter {
  /** The report for programs. */
  public static final String REPORT = "report.json";

  /** The report for people. */
  public static final String PAGE = "report.html";

  /** The network for other programs, if it is wanted. */
  public static final String ONNX = "model.onnx";

  /** What a safetensors header says of a tensor, besides its name: type, shape, place. */
  private static final int HEADER_BYTES_PER_TENSOR = 70;

  /** Length of a provenance as metadata, of two sources that have none themselves. */
  private static final int PROVENANCE_BYTES = 4096;

  private final CheckpointOutput checkpoints;
  private final @Nullable DType dtype;
  private final boolean onnx;

  private MergeWriter(CheckpointOutput checkpoints, @Nullable DType dtype, boolean onnx) {
    this.checkpoints = checkpoints;
    this.dtype = dtype;
    this.onnx = onnx;
  }

  /**
   * Returns what writes checkpoints so.
   *
   * @throws dev.pleas.api.error.PleasException if they cannot be written so
   */
  public static MergeWriter of(Session session, StorageSettings storage) {
    return new MergeWriter(storage.output(session.registry()), storage.dtype(), storage.onnx());
  }

  /**
   * Returns about how long the checkpoint of a merged network would be: its tensors to the byte,
   * and its header as such headers are.
   *
   * @param graph of the merged network
   * @param names of the sources
   * @param dtype the type of floating-point tensors; null for the sources'
   */
  public static long checkpointBytes(
      Graph graph, List<LoadedModel> sources, List<String> names, @Nullable DType dtype) {
    ParameterLayout layout = layout(graph, sources, names);
    long bytes = PROVENANCE_BYTES;
    for (Map.Entry<String, TensorInfo> tensor :
        Weights.infos(graph, layout, sources, dtype).entrySet()) {
      bytes += tensor.getKey().length() + HEADER_BYTES_PER_TENSOR + tensor.getValue().bytes();
    }
    return bytes;
  }

  /**
   * Writes all files and makes the folder appear.
   *
   * @param command the command line that repeats the merge
   * @throws CheckpointException if a file cannot be written, or a value is outside the range of the
   *     type; then nothing appears
   */
  public ReportDocument write(MergeOutcome outcome, List<String> command, OutputDirectory output) {
    Graph graph = outcome.result().model().graph();
    Path folder = output.folder();
    ParameterLayout layout = layout(graph, outcome.sources(), outcome.names());
    String weights =
        new Weights(outcome.result().model(), layout, outcome.sources(), dtype)
            .write(checkpoints, folder, metadata(outcome));
    ModelConfig config =
        ModelConfig.of(graph, layout, weights, outcome.names(), outcome.preprocessing());
    NetworkLabels labels = outcome.labels();
    if (labels != null) {
      config = config.withLabels(labels.outputs(), labels.tasks());
    }
    if (onnx) {
      String provenance = metadata(outcome).get(Provenance.KEY);
      new OnnxFile(provenance, labels, outcome.preprocessing())
          .write(folder.resolve(ONNX), outcome.result().model());
    }
    ReportDocument report = ReportDocument.of(outcome, command);
    write(folder.resolve(ModelConfig.FILE), Json.write(config));
    write(folder.resolve(REPORT), Json.write(report));
    write(folder.resolve(PAGE), ReportPage.render(report));
    output.commit();
    return report;
  }

  private static ParameterLayout layout(
      Graph merged, List<LoadedModel> sources, List<String> names) {
    return SeparateHeads.layout(
        merged,
        sources.stream().map(LoadedModel::graph).toList(),
        sources.get(0).network().layout(),
        names);
  }

  /** Strings only, and the same for the same merge: no times, no folders. */
  private static Map<String, String> metadata(MergeOutcome outcome) {
    Map<String, String> metadata = new LinkedHashMap<>();
    Checkpoint first = outcome.sources().get(0).checkpoint();
    String framework = first.metadata().get("format");
    if (framework != null) {
      metadata.put("format", framework); // Python loaders look for it.
    }
    metadata.put("pleas.architecture", outcome.result().model().graph().architecture());
    metadata.put("pleas.sources", String.join(",", outcome.names()));
    metadata.put(Provenance.KEY, Json.writeCompact(outcome.provenance()));
    return metadata;
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be written: " + e.getMessage(), e);
    }
  }
}
