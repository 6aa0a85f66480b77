package dev.pleas.cli;

import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.cli.config.Json;
import dev.pleas.cli.evaluation.DataClasses;
import dev.pleas.cli.evaluation.Evaluator;
import dev.pleas.cli.evaluation.Inference;
import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.labels.LabelMap;
import dev.pleas.cli.labels.NetworkLabels;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
      "  pleas eval merged --head lo --classes 0-4 --data test-images-idx3-ubyte.gz",
      "  pleas eval merged --joint --classes lo=0-4 --classes hi=5-9 \\",
      "      --data test-images-idx3-ubyte.gz",
      "",
      "A network that was merged with a label map knows the names of its classes, and --classes can",
      "be left out. The data's classes are found by name: those of --data-classes, or of its folders;",
      "without names, class i of the data is class i of the network, when both have as many."
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
      names = "--joint",
      description =
          "Looks at all heads together, as if the task of an image were not known: the answer is one "
              + "of all classes, and a class that several heads know gets the mean of their logits.")
  private boolean joint;

  @Option(
      names = "--classes",
      paramLabel = "[HEAD=]LIST",
      converter = HeadClasses.Converter.class,
      description =
          "Keeps these classes, such as 0-4 or 5,7,9, and numbers them from 0. With --joint, once for "
              + "each head: the classes of the data that it knows.")
  private List<HeadClasses> classes = List.of();

  @Option(
      names = "--label-map",
      paramLabel = "FILE",
      description =
          "JSON: the class of each value of each output, by name: "
              + "{\"lo\": [\"cat\", \"dog\"], \"hi\": [\"dog\", \"owl\"]}. (default: stored with the network)")
  private @Nullable Path labelMap;

  @Option(
      names = "--data-classes",
      paramLabel = "NAME",
      split = ",",
      description = "What the data's classes are called, in the order of their labels.")
  private @Nullable List<String> dataClasses;

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private BackendOption backend = new BackendOption();
  @Mixin private OutputOptions how = new OutputOptions();

  @Override
  void run(Session session) {
    Path path = Objects.requireNonNull(model);
    try (LoadedModel loaded = session.load(path, network.heads())) {
      @Nullable List<Integer> kept = kept();
      DataSpec spec = images(loaded, data, kept);
      @Nullable NetworkLabels labels = labels(loaded, spec);
      LabeledSamples samples = samples(loaded, spec, labels);
      LoadedModel fitting = loaded.fitTo(samples, spec.path());
      explainNetwork(fitting, how.quiet);
      explainBackend(session, backend.id(), how.quiet);
      try (TensorBackend device = session.backend(backend.id(), backend.device())) {
        Evaluator evaluator = new Evaluator(device, progress(how.quiet));
        String what = String.valueOf(path.getFileName());
        String images = String.valueOf(spec.path().getFileName());
        Score score =
            joint
                ? evaluator.evaluateJointly(
                    what, fitting.read(), samples, images, Objects.requireNonNull(labels))
                : evaluator.evaluate(what, fitting.read(), samples, images, head);
        out().print(how.json ? Json.write(score) : text(score));
      }
    }
  }

  /** The classes of the data to keep, renumbered in this order; null for all. */
  private @Nullable List<Integer> kept() {
    if (joint && head != null) {
      throw new ConfigurationException(
          "--joint looks at all heads, --head at one; leave one of them out");
    }
    for (HeadClasses one : classes) {
      if (joint == (one.head() == null)) {
        throw new ConfigurationException(
            joint
                ? "--joint needs to know whose classes these are: give --classes once for each"
                    + " head, as HEAD=LIST"
                : "--classes "
                    + one.head()
                    + "=… is for all heads together: add --joint, or choose one with --head "
                    + one.head());
      }
    }
    if (!joint && classes.size() > 1) {
      throw new ConfigurationException("--classes is given twice; list all classes in one");
    }
    return joint || classes.isEmpty() ? null : classes.get(0).range().classes();
  }

  /** What the network's classes are called, if that is known. */
  private @Nullable NetworkLabels labels(LoadedModel loaded, DataSpec spec) {
    if (labelMap != null) {
      return NetworkLabels.of(loaded.graph(), LabelMap.read(labelMap));
    }
    if (joint && !classes.isEmpty()) {
      return NetworkLabels.of(loaded.graph(), headClasses(spec));
    }
    @Nullable NetworkLabels stored = loaded.labels();
    if (stored == null && (joint || dataClasses != null)) {
      throw new ConfigurationException(
          loaded.path()
              + ": "
              + (joint ? "--joint" : "--data-classes")
              + " needs to know the classes of the outputs "
              + String.join(", ", loaded.graph().outputs().keySet())
              + ": name them with --label-map"
              + (joint
                  ? ", or say for each output which classes of the data it knows, with"
                      + " --classes HEAD=LIST"
                  : ""));
    }
    return stored;
  }

  /** The heads' classes by the names that the data has for them. */
  private LabelMap headClasses(DataSpec spec) {
    LabeledSamples samples = ImageData.open(spec);
    Evaluator.requireLabels(samples, spec.path());
    Map<String, List<String>> map = new LinkedHashMap<>();
    for (HeadClasses one : classes) {
      List<String> names = new ArrayList<>();
      for (int c : one.range().classes()) {
        if (c >= samples.classes()) {
          throw new ConfigurationException(
              "--classes "
                  + one.head()
                  + ": there is no class "
                  + c
                  + "; "
                  + spec.path()
                  + " has the classes 0 to "
                  + (samples.classes() - 1));
        }
        names.add(samples.classNames().get(c));
      }
      if (map.put(Objects.requireNonNull(one.head()), names) != null) {
        throw new ConfigurationException(
            "--classes " + one.head() + " is given twice; list all its classes in one");
      }
    }
    return new LabelMap("--classes", map);
  }

  private LabeledSamples samples(
      LoadedModel loaded, DataSpec spec, @Nullable NetworkLabels labels) {
    if (labels == null) {
      LabeledSamples samples = ImageData.open(spec);
      Evaluator.requireLabels(samples, spec.path());
      return samples;
    }
    return new DataClasses(spec, dataClasses)
        .open(
            labels.union(),
            joint ? null : labels.of(Inference.output(loaded.graph(), head)),
            note -> {
              if (!how.quiet) {
                err().println("note: " + note);
                err().flush();
              }
            });
  }

  /** The images to run a network on; what is done to them is by default what it was merged with. */
  static DataSpec images(LoadedModel model, DataOptions data, @Nullable List<Integer> classes) {
    Preprocessing known = model.preprocessing();
    DataSpec spec =
        data.settings(classes)
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
    if (score.tasks() != null) {
      TextTable tasks = new TextTable("task", ">images", ">right", ">task known");
      score
          .tasks()
          .forEach(
              task ->
                  tasks.row(
                      task.name(),
                      Quantity.count(task.samples()),
                      Quantity.percent(task.joint()),
                      Quantity.percent(task.known())));
      text.append('\n').append(tasks);
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
