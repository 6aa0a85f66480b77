package dev.pleas.cli;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.merge.Provenance;
import dev.pleas.cli.output.OnnxFile;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.terminal.Quantity;
import dev.pleas.models.onnx.OnnxWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Writes a network in a format that other programs run. */
@Command(
    name = "export",
    description = {
      "Writes a network, merged or not, in a format that other programs run: ONNX.",
      "It computes in float32 what the network does in inference, for batches of any size. The file's name"
          + " ends in .onnx; weights of 2 GiB or more go into FILE.data beside it."
    },
    footer = {
      "",
      "Examples:",
      "  pleas export merged -o merged.onnx",
      "  pleas export resnet50.safetensors --input-size 160x160 -o resnet50.onnx"
    })
final class ExportCommand extends PleasCommand {
  private static final String ONNX = ".onnx";

  @Parameters(paramLabel = "MODEL", description = "A checkpoint, or a folder that a merge wrote.")
  private @Nullable Path model;

  @Option(
      names = "--input-size",
      paramLabel = "HxW",
      converter = InputSize.Converter.class,
      description = "Writes the network for images of this size, or texts of so many words.")
  private @Nullable InputSize size;

  @Mixin private OutputFile output = new OutputFile();
  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private OutputOptions how = new OutputOptions();

  @Override
  void run(Session session) {
    Path file = output.path();
    if (!file.toString().toLowerCase(Locale.ROOT).endsWith(ONNX)) {
      throw new ParameterException(
          spec().commandLine(),
          "--output: expected the name of an " + ONNX + " file, found \"" + file + "\"");
    }
    output.checked();
    try (LoadedModel usual = session.load(Objects.requireNonNull(model), network.heads())) {
      LoadedModel loaded = size == null ? usual : size.apply(usual);
      explainNetwork(loaded, how.quiet);
      new OnnxFile(
              loaded.checkpoint().metadata().get(Provenance.KEY),
              loaded.labels(),
              loaded.preprocessing())
          .write(file, loaded.read());
      out().print(how.json ? json(file, loaded.graph()) : text(file, loaded.graph()));
    }
  }

  /** Returns names and shapes, with the batch axis as it is called in the file. */
  private static Map<String, List<Object>> shapes(Map<String, Shape> values) {
    Map<String, List<Object>> shapes = new LinkedHashMap<>();
    values.forEach(
        (name, shape) -> {
          List<Object> dims = new ArrayList<>(List.of(OnnxWriter.BATCH));
          dims.addAll(shape.toList());
          shapes.put(name, dims);
        });
    return shapes;
  }

  private static Map<String, Shape> outputs(Graph graph) {
    Map<String, Shape> outputs = new LinkedHashMap<>();
    graph
        .outputs()
        .forEach(
            (name, value) -> outputs.put(name, OnnxWriter.outputShape(graph.valueShape(value))));
    return outputs;
  }

  private static String json(Path file, Graph graph) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("format", "onnx");
    result.put("opset", OnnxWriter.OPSET);
    result.put("inputs", shapes(graph.inputs()));
    result.put("outputs", shapes(outputs(graph)));
    return Json.write(result);
  }

  private static String text(Path file, Graph graph) {
    return "Written: "
        + file
        + " ("
        + Quantity.bytes(bytes(file))
        + ", ONNX with operators of version "
        + OnnxWriter.OPSET
        + ")\nInput: "
        + joined(graph.inputs())
        + "\nOutput: "
        + joined(outputs(graph))
        + "\n";
  }

  private static long bytes(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new CheckpointException(file + ": was written and cannot be found: " + e, e);
    }
  }

  private static String joined(Map<String, Shape> values) {
    return shapes(values).entrySet().stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }
}
