package dev.pleas.cli.session;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.data.Samples;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.error.DataException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.model.Adaptation;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.config.ModelConfig;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.models.data.Preprocessing;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A network whose headers were read; its weights are read when asked for. Closing closes the file.
 *
 * @param path what the user named: a checkpoint, or a folder that a merge wrote
 * @param checkpoint the open file
 * @param network what it is, and how the file stores it
 * @param forInput makes the same of it for inputs of another shape
 * @param config what a merge wrote beside the weights, or null
 */
public record LoadedModel(
    Path path,
    Checkpoint checkpoint,
    Adaptation.Adapted network,
    Function<Shape, Adaptation.Adapted> forInput,
    @Nullable ModelConfig config)
    implements AutoCloseable {

  /** Returns what the network computes. */
  public Graph graph() {
    return network.graph();
  }

  /** Returns what was done to the images that a merged network was calibrated on, if it was. */
  public @Nullable Preprocessing preprocessing() {
    return config == null ? null : config.preprocessing();
  }

  /**
   * Returns the classes of a merged network's outputs; null where they are not known.
   *
   * @throws CheckpointException if they are not those of the outputs
   */
  public @Nullable NetworkLabels labels() {
    if (config == null || config.labels() == null) {
      return null;
    }
    try {
      return NetworkLabels.stored(
          graph(), config.labels(), Objects.requireNonNullElse(config.tasks(), Map.of()));
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(
          path + ": " + ModelConfig.FILE + ": damaged: " + e.getMessage(), e);
    }
  }

  /**
   * Returns the network for inputs of the samples' size.
   *
   * @throws DataException if the samples do not have as many channels as the network takes
   * @throws ModelException if the network cannot take images of this size
   */
  public LoadedModel fitTo(Samples samples, Path data) {
    Shape expected = graph().valueShape(graph().onlyInput());
    Shape found = samples.shape();
    if (expected.rank() == 1 && found.rank() == 1) {
      return withInput(found); // Texts of any length.
    }
    if (expected.rank() == 1 || found.rank() == 1) {
      throw new DataException(
          data
              + ": "
              + (found.rank() == 1 ? "these are texts" : "these are images")
              + ", but "
              + path
              + (found.rank() == 1
                  ? " takes images"
                  : " takes texts: a .safetensors file of their ids, input_ids"));
    }
    if (expected.rank() != found.rank() || expected.dim(0) != found.dim(0)) {
      throw new DataException(
          data
              + ": the images have "
              + channels(found)
              + ", but "
              + path
              + " takes "
              + channels(expected)
              + "; use images like those the network was trained on, or convert"
              + " them with --channels");
    }
    return withInput(found);
  }

  /**
   * Returns the network for inputs of another size.
   *
   * @throws ModelException if the network cannot take them
   */
  public LoadedModel withInput(Shape input) {
    if (input.equals(graph().valueShape(graph().onlyInput()))) {
      return this;
    }
    try {
      return new LoadedModel(path, checkpoint, forInput.apply(input), forInput, config);
    } catch (RuntimeException e) {
      throw new ModelException(path + ": cannot take inputs " + input + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the networks for inputs of one size, where they can take it: what a merge wrote knows
   * its size, which for others is only the usual one.
   */
  public static List<LoadedModel> ofOneInput(List<LoadedModel> models) {
    for (LoadedModel model : models) {
      if (model.config() != null) {
        Shape input = model.graph().valueShape(model.graph().onlyInput());
        return models.stream().map(other -> other.withInputIfPossible(input)).toList();
      }
    }
    return List.copyOf(models);
  }

  private LoadedModel withInputIfPossible(Shape input) {
    try {
      return withInput(input);
    } catch (ModelException e) {
      return this; // What differs is said when networks are compared.
    }
  }

  /**
   * Reads the weights.
   *
   * @throws ModelException if one is NaN or infinite, naming it
   */
  public Model read() {
    return Model.read(network.graph(), network.layout(), checkpoint);
  }

  private static String channels(Shape shape) {
    return shape.rank() == 0 || shape.dim(0) == 1 ? "1 channel" : shape.dim(0) + " channels";
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
