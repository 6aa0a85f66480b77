package dev.pleas.cli;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.evaluation.Evaluator;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.recipe.ImageSettings;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.cli.session.Session;
import dev.pleas.cli.terminal.Quantity;
import dev.pleas.cli.terminal.TextTable;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.ImageData;
import dev.pleas.models.data.LabeledSamples;
import dev.pleas.models.data.Preprocessing;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures a network's accuracy. */
@Command(
    name = "eval",
    description = "Measures a network's accuracy on labelled images.",
    footer = {
      "",
      "Examples:",
      "  pleas eval merged --data test-images-idx3-ubyte.gz",
      "  pleas eval net.safetensors --data test/ --mean 0.485,0.456,0.406 \\",
      "      --std 0.229,0.224,0.225 --resize 256 --crop 224 --json",
      "  pleas eval merged --head lo --classes 0-4 --data test-images-idx3-ubyte.gz"
    })
final class EvalCommand extends PleasCommand {
  @Parameters(paramLabel = "MODEL", description = "A checkpoint, or a folder that a merge wrote.")
  private @Nullable Path model;

  @Option(
      names = "--head",
      paramLabel = "NAME",
      description = "The output to look at, when the network has several.")
  private @Nullable String head;

  @Option(
      names = "--classes",
      paramLabel = "LIST",
      converter = ClassRange.Converter.class,
      description = "Keeps these classes, such as 0-4 or 5,7,9, and numbers them from 0.")
  private @Nullable ClassRange classes;

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private BackendOption backend = new BackendOption();
  @Mixin private OutputOptions how = new OutputOptions();

  @Override
  void run(Session session) {
    Path path = Objects.requireNonNull(model);
    try (LoadedModel loaded = session.load(path, network.heads())) {
      DataSpec spec = images(loaded, data, classes);
      LabeledSamples samples = ImageData.open(spec);
      Evaluator.requireLabels(samples, spec.path());
      LoadedModel fitting = loaded.fitTo(samples, spec.path());
      explainNetwork(fitting, how.quiet);
      explainBackend(session, backend.id(), how.quiet);
      try (TensorBackend device = session.backend(backend.id(), backend.device())) {
        Score score =
            new Evaluator(device, progress(how.quiet))
                .evaluate(
                    String.valueOf(path.getFileName()),
                    fitting.read(),
                    samples,
                    String.valueOf(spec.path().getFileName()),
                    head);
        out().print(how.json ? Json.write(score) : text(score));
      }
    }
  }

  /** The images to run a network on; what is done to them is by default what it was merged with. */
  static DataSpec images(LoadedModel model, DataOptions data, @Nullable ClassRange classes) {
    Preprocessing known = model.preprocessing();
    DataSpec spec =
        data.settings(classes == null ? null : classes.classes())
            .over(known == null ? ImageSettings.NONE : ImageSettings.of(known))
            .spec();
    if (spec == null) {
      throw new ConfigurationException("no images were named; name a file or folder with --data");
    }
    return spec;
  }

  private static String text(Score score) {
    StringBuilder text = new StringBuilder();
    text.append(
        "top 1: "
            + Quantity.percent(score.top1())
            + " of "
            + Quantity.count(score.samples())
            + " images\n");
    if (score.top5() != null) {
      text.append("top 5: " + Quantity.percent(score.top5()) + "\n");
    }
    TextTable table = new TextTable("class", ">images", ">right");
    score
        .classes()
        .forEach(
            c -> table.row(c.name(), Quantity.count(c.samples()), Quantity.percent(c.accuracy())));
    return text.append('\n').append(table).append(confusion(score)).toString();
  }

  /** The confusion matrix, where it fits on a screen. */
  private static String confusion(Score score) {
    int size = score.confusion().size();
    if (size > 20) {
      return "\nThe confusion matrix of " + size + " classes is in the output of --json.\n";
    }
    String[] headings = new String[size + 1];
    headings[0] = "label \\ answer";
    for (int c = 0; c < size; c++) {
      headings[c + 1] = ">" + score.classes().get(c).name();
    }
    TextTable table = new TextTable(headings);
    for (int row = 0; row < size; row++) {
      Object[] cells = new Object[size + 1];
      cells[0] = score.classes().get(row).name();
      for (int c = 0; c < size; c++) {
        cells[c + 1] = score.confusion().get(row).get(c);
      }
      table.row(cells);
    }
    return "\n" + table;
  }
}
