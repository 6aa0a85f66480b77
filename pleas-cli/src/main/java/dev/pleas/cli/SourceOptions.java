package dev.pleas.cli;

import dev.pleas.cli.labels.LabelMap;
import dev.pleas.cli.merge.NamedPath;
import dev.pleas.cli.recipe.MergeSettings;
import dev.pleas.cli.recipe.StorageSettings;
import dev.pleas.cli.session.ToolIds;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Which networks, which images, and how: by a recipe, options, or both. */
final class SourceOptions {
  @Parameters(arity = "0..1", paramLabel = "RECIPE", description = "A YAML file.")
  private @Nullable Path recipe;

  @Option(
      names = {"-m", "--model"},
      paramLabel = "[NAME=]PATH",
      converter = ModelArgument.class,
      description = "A network to merge, and a short name for it. Give it twice or more.")
  private List<NamedPath> models = List.of();

  @Option(
      names = "--method",
      paramLabel = "ID",
      description = "How to merge. (default: " + MergeSettings.DEFAULT_METHOD + ")")
  private @Nullable String method;

  @Option(
      names = "--output-heads",
      paramLabel = "H",
      description =
          "auto, shared or union (one output for all), or separate (one for each source).")
  private @Nullable String outputHeads;

  @Option(
      names = "--label-map",
      paramLabel = "FILE",
      description = {
        "JSON: the class of each value of each network's output, by name;",
        "{\"a\": [\"cat\", \"dog\"], \"b\": [\"dog\", \"owl\"]}. Equal names are one class."
      })
  private @Nullable Path labelMap;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "Sets a parameter of the method; see 'pleas methods'.")
  private Map<String, String> parameters = new LinkedHashMap<>();

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Makes everything random repeatable. (default: 0)")
  private @Nullable Long seed;

  @Option(
      names = "--data-free",
      description = {
        "Merges without any images: random ones stand in, and normalization statistics come from the",
        "networks. A recipe's calibration images are left alone. As --set data-free=true."
      })
  private boolean dataFree;

  @Mixin private NetworkOptions network = new NetworkOptions();
  @Mixin private DataOptions data = new DataOptions();
  @Mixin private ToolOptions tools = new ToolOptions();

  /**
   * Returns what was said; options win over the recipe.
   *
   * @param spec the command whose options these are
   * @param more settings of the method, from other options
   * @param replaced settings of a recipe that do not count because of other options
   * @param output where an option says that the result goes, or null
   * @throws ParameterException if nothing says which networks
   */
  MergeSettings settings(
      CommandSpec spec, Map<String, String> more, Set<String> replaced, @Nullable Path output) {
    if (recipe == null && models.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "nothing to merge: name a recipe, or two networks or more with --model");
    }
    if (dataFree && data.named()) {
      throw new ParameterException(
          spec.commandLine(), "--data-free uses no images, and --data names some; leave one away");
    }
    return flags(more, output)
        .over(recipe == null ? MergeSettings.NONE : MergeSettings.read(recipe).without(replaced))
        .withHeads(network.heads());
  }

  /** Returns whether a recipe, networks or images were named. */
  boolean given() {
    return recipe != null || !models.isEmpty() || data.named();
  }

  /** Returns whether an option names images. */
  boolean namesImages() {
    return data.named();
  }

  /** Returns which implementations to work with. */
  ToolIds tools() {
    return tools.ids();
  }

  private MergeSettings flags(Map<String, String> more, @Nullable Path output) {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    all.putAll(more);
    if (outputHeads != null) {
      all.put("heads", outputHeads);
    }
    if (dataFree) {
      all.put(MergeSettings.DATA_FREE, "true");
    }
    return new MergeSettings(
        models,
        method,
        all,
        data.settings(null),
        List.of(),
        seed,
        output,
        labelMap == null ? null : LabelMap.read(labelMap),
        null,
        StorageSettings.NONE);
  }
}
