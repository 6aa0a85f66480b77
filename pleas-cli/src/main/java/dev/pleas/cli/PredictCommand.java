package dev.pleas.cli;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.evaluation.Inference;
import dev.pleas.cli.labels.NetworkLabels;
import dev.pleas.cli.output.NpyWriter;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.session.Session;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.ImageData;
import dev.pleas.models.data.LabeledSamples;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes a network's logits. */
@Command(
    name = "predict",
    description = {
      "Writes a network's logits to a NumPy file (.npy).",
      "They are float32, one row for each image, in the order of the data."
    },
    footer = {
      "",
      "Examples:",
      "  pleas predict merged --data test-images-idx3-ubyte.gz -o logits.npy",
      "  pleas predict merged --head lo --data photos/ -o logits-lo.npy"
    })
final class PredictCommand extends PleasCommand {
  @Parameters(paramLabel = "MODEL", description = "A checkpoint, or a folder that a merge wrote.")
  private @Nullable Path model;

  @Option(
      names = "--head",
      paramLabel = "NAME",
      description = "The output to write, when the network has several.")
  private @Nullable String head;

  @Option(
      names = "--classes",
      paramLabel = "LIST",
      converter = ClassRange.Converter.class,
      description = "Keeps the images of these classes, such as 0-4 or 5,7,9.")
  private @Nullable ClassRange classes;

  @Mixin private OutputFile output = new OutputFile();
  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private BackendOption backend = new BackendOption();
  @Mixin private OutputOptions how = new OutputOptions();

  @Override
  void run(Session session) {
    Path file = output.checked();
    try (LoadedModel loaded = session.load(Objects.requireNonNull(model), network.heads())) {
      DataSpec spec = EvalCommand.images(loaded, data, classes == null ? null : classes.classes());
      LabeledSamples samples = ImageData.open(spec);
      LoadedModel fitting = loaded.fitTo(samples, spec.path());
      String name = Inference.output(fitting.graph(), head);
      String value = Objects.requireNonNull(fitting.graph().outputs().get(name));
      Shape shape = fitting.graph().valueShape(value);
      boolean tokens = shape.rank() == 2;
      Shape all = (tokens ? Shape.of(shape.dim(1), shape.dim(0)) : shape).prepend(samples.count());
      explainNetwork(fitting, how.quiet);
      explainBackend(session, backend.id(), how.quiet);
      try (TensorBackend device = session.backend(backend.id(), backend.device())) {
        NpyWriter.write(
            file,
            all,
            npy ->
                Inference.run(
                    device,
                    fitting.read(),
                    name,
                    samples,
                    "Predicting",
                    progress(how.quiet),
                    (from, batch) -> npy.write(tokens ? channelsLast(batch) : batch.values())));
      }
      NetworkLabels labels = loaded.labels();
      @Nullable List<String> columns = labels == null ? null : labels.of(name);
      out()
          .print(
              how.json
                  ? json(file, name, all, columns)
                  : "Written: "
                      + file
                      + "\n"
                      + (columns == null ? "" : "Columns: " + String.join(", ", columns) + "\n"));
    }
  }

  /** Tokens [N, C, T] as [N, T, C], as others have them. */
  private static float[] channelsLast(HostTensor tokens) {
    int channels = tokens.shape().dim(1);
    int length = tokens.shape().dim(2);
    float[] values = tokens.values();
    float[] turned = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int sample = i / channels / length;
      turned[(sample * length + i % length) * channels + i / length % channels] = values[i];
    }
    return turned;
  }

  private static String json(Path file, String head, Shape shape, @Nullable List<String> classes) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("file", file.toString());
    result.put("head", head);
    result.put("shape", shape.toList());
    if (classes != null) {
      result.put("classes", classes);
    }
    return Json.write(result);
  }
}
