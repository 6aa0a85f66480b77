package dev.pleas.cli.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.graph.Node;
import dev.pleas.api.model.ParameterLayout;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.data.Preprocessing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code config.json} says: the network node by node, with every shape, so that it can be
 * rebuilt by a program that does not know the architecture.
 *
 * @param format {@link #FORMAT}
 * @param architecture what a person calls the network
 * @param weights name of the checkpoint in the same folder, of its index where it is sharded
 * @param sources names of the networks it was merged from
 * @param preprocessing what was done to the images it was calibrated on, or null
 * @param inputs inputs and their shapes without the batch axis
 * @param outputs output names and the values they are
 * @param nodes in execution order
 * @param parameters shapes of the parameters by name
 * @param layout the tensors that hold them otherwise than as they are; null if none does
 * @param labels the class of each value of an output, by the output's name; null if not known
 * @param tasks the classes of each network that it was merged from, by name; null if not known
 */
public record ModelConfig(
    String format,
    String architecture,
    String weights,
    List<String> sources,
    @Nullable Preprocessing preprocessing,
    Map<String, Shape> inputs,
    Map<String, String> outputs,
    List<Node> nodes,
    Map<String, Shape> parameters,
    @Nullable List<ParameterLayout.Packed> layout,
    @Nullable Map<String, List<String>> labels,
    @Nullable Map<String, List<String>> tasks) {
  /** The file's name. */
  public static final String FILE = "config.json";

  /** Name and version of the file's format. */
  public static final String FORMAT = "pleas-model/1";

  /** Describes a network. */
  public static ModelConfig of(
      Graph graph,
      ParameterLayout layout,
      String weights,
      List<String> sources,
      @Nullable Preprocessing preprocessing) {
    return new ModelConfig(
        FORMAT,
        graph.architecture(),
        weights,
        sources,
        preprocessing,
        graph.inputs(),
        graph.outputs(),
        graph.nodes(),
        graph.parameters(),
        layout.packed().isEmpty() ? null : layout.packed(),
        null,
        null);
  }

  /** Returns the same with the names of classes: of each output, and of each source. */
  public ModelConfig withLabels(
      Map<String, List<String>> ofOutputs, Map<String, List<String>> ofSources) {
    return new ModelConfig(
        format,
        architecture,
        weights,
        sources,
        preprocessing,
        inputs,
        outputs,
        nodes,
        parameters,
        layout,
        ofOutputs,
        ofSources);
  }

  /** Returns the same with the weights in another file. */
  public ModelConfig withWeights(String file) {
    return new ModelConfig(
        format,
        architecture,
        file,
        sources,
        preprocessing,
        inputs,
        outputs,
        nodes,
        parameters,
        layout,
        labels,
        tasks);
  }

  /** Returns how the checkpoint stores the parameters. */
  public ParameterLayout parameterLayout() {
    return layout == null ? ParameterLayout.PLAIN : new ParameterLayout(layout);
  }

  /** Returns whether a path is a folder that a merge wrote. */
  public static boolean isIn(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.isRegularFile(file)) {
      return false;
    }
    try {
      return Json.mapper()
          .readTree(file.toFile())
          .path("format")
          .asText()
          .startsWith("pleas-model");
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Reads the file of a folder.
   *
   * @throws CheckpointException if it cannot be read or is not what {@link #of} describes
   */
  public static ModelConfig read(Path folder) {
    Path file = folder.resolve(FILE);
    try {
      JsonNode tree = Json.mapper().readTree(file.toFile());
      String format = tree.path("format").asText();
      if (!format.equals(FORMAT)) {
        throw new CheckpointException(
            file
                + ": expected format "
                + FORMAT
                + ", found "
                + format
                + "; read it with the version of pleas that wrote it");
      }
      return Json.mapper().treeToValue(tree, ModelConfig.class);
    } catch (JsonProcessingException e) {
      throw new CheckpointException(file + ": damaged: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * Rebuilds the network.
   *
   * @throws CheckpointException if the description is not that of a network
   */
  public Graph graph() {
    try {
      return new Graph(architecture, inputs, nodes, outputs, parameters);
    } catch (RuntimeException e) {
      throw new CheckpointException(FILE + ": does not describe a network: " + e.getMessage(), e);
    }
  }
}
