package dev.pleas.cli.output;

import dev.pleas.api.model.Model;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.cli.merge.Provenance;
import dev.pleas.cli.session.Session;
import dev.pleas.models.data.Preprocessing;
import dev.pleas.models.onnx.OnnxWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an ONNX model says besides its graph: where the network comes from, its classes, and what is
 * done to its images.
 *
 * @param provenance as in the metadata of checkpoints, or null
 * @param labels classes of its outputs, or null
 * @param preprocessing of images, or null
 */
public record OnnxFile(
    @Nullable String provenance,
    @Nullable NetworkLabels labels,
    @Nullable Preprocessing preprocessing) {

  /**
   * Writes a network.
   *
   * @throws dev.pleas.api.error.CheckpointException if the file cannot be written
   */
  public void write(Path file, Model model) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (provenance != null) {
      metadata.put(Provenance.KEY, provenance);
    }
    if (labels != null) {
      metadata.put("pleas.labels", Json.writeCompact(labels.outputs()));
    }
    if (preprocessing != null) {
      metadata.put("pleas.preprocessing", Json.writeCompact(preprocessing));
    }
    new OnnxWriter(Session.version()).write(file, model, metadata);
  }
}
