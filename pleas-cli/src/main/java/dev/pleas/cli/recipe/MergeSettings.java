package dev.pleas.cli.recipe;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.cli.labels.LabelMap;
import dev.pleas.cli.merge.EvaluationPlan;
import dev.pleas.cli.merge.MergePlan;
import dev.pleas.cli.merge.NamedPath;
import dev.pleas.cli.statistics.SavedStatistics;
import dev.pleas.models.data.DataSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What was said about a merge in one place, a recipe or the command line; what was not said is null
 * or empty.
 *
 * @param models what to merge; a name may be empty
 * @param method id of a merge method
 * @param parameters the method's settings
 * @param calibration images to run the networks on
 * @param evaluations what to measure the result on
 * @param seed makes everything random repeatable
 * @param output folder to write
 * @param labels the classes of the networks
 * @param statistics file of statistics of calibration images
 * @param storage how to write the result's checkpoint
 */
public record MergeSettings(
    List<NamedPath> models,
    @Nullable String method,
    Map<String, String> parameters,
    ImageSettings calibration,
    List<Evaluation> evaluations,
    @Nullable Long seed,
    @Nullable Path output,
    @Nullable LabelMap labels,
    @Nullable Path statistics,
    StorageSettings storage) {
  /**
   * Images to measure the result on. What was not said of what is done to them is as for the
   * calibration images.
   *
   * @param name what to call them
   * @param images the images
   * @param head the source whose task this is
   * @param joint whether all heads answer together
   * @param dataClasses names of the data's classes, by label
   */
  public record Evaluation(
      String name,
      ImageSettings images,
      @Nullable String head,
      boolean joint,
      @Nullable List<String> dataClasses) {
    private EvaluationPlan plan(ImageSettings calibration) {
      DataSpec spec = images.over(calibration.preprocessing()).spec();
      return new EvaluationPlan(
          name, Objects.requireNonNull(spec, "images have data"), head, joint, dataClasses);
    }
  }

  /** The method's setting that merges without images. */
  public static final String DATA_FREE = "data-free";

  /** The method when none is named. */
  public static final String DEFAULT_METHOD = "pleas";

  /** Nothing was said. */
  public static final MergeSettings NONE =
      new MergeSettings(
          List.of(),
          null,
          Map.of(),
          ImageSettings.NONE,
          List.of(),
          null,
          null,
          null,
          null,
          StorageSettings.NONE);

  /**
   * Reads a recipe; its paths are taken from its folder.
   *
   * @throws ConfigurationException if the file is missing, is not YAML, or has an unknown key,
   *     naming the line
   */
  public static MergeSettings read(Path file) {
    Recipe recipe = RecipeReader.read(file);
    Path folder = file.toAbsolutePath().getParent();
    Objects.requireNonNull(folder, "a file has a folder");
    List<NamedPath> models = new ArrayList<>();
    for (Recipe.Source source :
        Objects.requireNonNullElse(recipe.models(), List.<Recipe.Source>of())) {
      String name = source.name();
      models.add(
          new NamedPath(name == null ? "" : name, folder.resolve(source.path()), source.heads()));
    }
    ImageSettings calibration =
        recipe.calibration() == null ? ImageSettings.NONE : recipe.calibration().in(folder);
    List<Evaluation> evaluations = new ArrayList<>();
    for (Recipe.Evaluation evaluation :
        Objects.requireNonNullElse(recipe.evaluation(), List.<Recipe.Evaluation>of())) {
      evaluations.add(
          new Evaluation(
              Objects.requireNonNullElse(evaluation.name(), evaluation.data()),
              evaluation.in(folder),
              evaluation.head(),
              Boolean.TRUE.equals(evaluation.joint()),
              evaluation.dataClasses()));
    }
    return new MergeSettings(
        models,
        recipe.method(),
        Objects.requireNonNullElse(recipe.parameters(), Map.of()),
        calibration,
        evaluations,
        recipe.seed(),
        recipe.output() == null ? null : folder.resolve(recipe.output()),
        labels(recipe.labels(), file, folder),
        recipe.statistics() == null ? null : folder.resolve(recipe.statistics()),
        StorageSettings.of(recipe, file));
  }

  private static @Nullable LabelMap labels(@Nullable JsonNode labels, Path file, Path folder) {
    if (labels == null || labels.isNull()) {
      return null;
    }
    return labels.isTextual()
        ? LabelMap.read(folder.resolve(labels.asText()))
        : LabelMap.of(labels, "recipe " + file + ": labels");
  }

  /** Returns these settings, and those of {@code base} where these say nothing. */
  public MergeSettings over(MergeSettings base) {
    Map<String, String> merged = new LinkedHashMap<>(base.parameters);
    merged.putAll(parameters);
    return new MergeSettings(
        models.isEmpty() ? base.models : models,
        method != null ? method : base.method,
        merged,
        calibration.over(base.calibration),
        evaluations.isEmpty() ? base.evaluations : evaluations,
        seed != null ? seed : base.seed,
        output != null ? output : base.output,
        labels != null ? labels : base.labels,
        statistics != null ? statistics : base.statistics,
        storage.over(base.storage));
  }

  /** Returns these settings for other networks. */
  public MergeSettings withModels(List<NamedPath> others) {
    return copy(others, parameters, calibration, statistics, storage);
  }

  /** Returns these settings without some of the method's. */
  public MergeSettings without(Set<String> names) {
    Map<String, String> others = new LinkedHashMap<>(parameters);
    others.keySet().removeAll(names);
    return copy(models, others, calibration, statistics, storage);
  }

  /** Returns these settings with so many attention heads for all networks; null for no change. */
  public MergeSettings withHeads(@Nullable Integer heads) {
    List<NamedPath> all =
        models.stream()
            .map(model -> heads == null ? model : new NamedPath(model.name(), model.path(), heads))
            .toList();
    return copy(all, parameters, calibration, statistics, storage);
  }

  /** Returns these settings with other statistics; null for none. */
  public MergeSettings withStatistics(@Nullable Path file) {
    return copy(models, parameters, calibration, file, storage);
  }

  /** Returns these settings without calibration images; what is done to images stays. */
  public MergeSettings withoutCalibration() {
    return copy(models, parameters, calibration.preprocessing(), statistics, storage);
  }

  /** Returns these settings with more said of how the checkpoint is written. */
  public MergeSettings withStorage(StorageSettings said) {
    return copy(models, parameters, calibration, statistics, said.over(storage));
  }

  private MergeSettings copy(
      List<NamedPath> models,
      Map<String, String> parameters,
      ImageSettings calibration,
      @Nullable Path statistics,
      StorageSettings storage) {
    return new MergeSettings(
        models,
        method,
        parameters,
        calibration,
        evaluations,
        seed,
        output,
        labels,
        statistics,
        storage);
  }

  /**
   * Returns the plan: names are made up where none were given, and defaults filled in. Of a merge
   * without data, calibration images only say what is done to images.
   *
   * @throws ConfigurationException if two models have the same name, or a name has other characters
   *     than letters, digits, - and _
   * @throws dev.pleas.api.error.CheckpointException if the file of statistics is missing, damaged,
   *     or something else
   */
  public MergePlan plan() {
    if (Boolean.parseBoolean(parameters.get(DATA_FREE)) && calibration.spec() != null) {
      return withoutCalibration().plan();
    }
    SavedStatistics saved = statistics == null ? null : SavedStatistics.open(statistics);
    // Of images that statistics stand for it is known what was done to them.
    ImageSettings images =
        saved == null
            ? calibration
            : calibration.over(ImageSettings.of(saved.origin().preprocessing()));
    return new MergePlan(
        named(models),
        method != null ? method : DEFAULT_METHOD,
        parameters,
        images.spec(),
        saved,
        evaluations.stream().map(evaluation -> evaluation.plan(images)).toList(),
        labels,
        seed != null ? seed : 0);
  }

  /** A network without a name gets its file's, without the ending and what names cannot have. */
  private static List<NamedPath> named(List<NamedPath> models) {
    Set<String> taken = new HashSet<>();
    for (NamedPath model : models) {
      if (!model.name().isEmpty() && !model.name().matches("[A-Za-z0-9_-]+")) {
        throw new ConfigurationException(
            "model name \"" + model.name() + "\": only letters, digits, - and _ are allowed");
      }
      if (!model.name().isEmpty() && !taken.add(model.name())) {
        throw new ConfigurationException(
            "two models are named " + model.name() + "; names must be unique");
      }
    }
    List<NamedPath> named = new ArrayList<>();
    for (NamedPath model : models) {
      named.add(
          model.name().isEmpty()
              ? new NamedPath(made(model.path(), taken), model.path(), model.heads())
              : model);
    }
    return named;
  }

  private static String made(Path path, Set<String> taken) {
    String stem =
        String.valueOf(path.getFileName())
            .replaceFirst("(\\.[A-Za-z]+)?\\.index\\.json$|\\.[A-Za-z]+$", "");
    String clean = stem.replaceAll("[^A-Za-z0-9_-]", "-");
    String name = clean;
    for (int i = 2; !taken.add(name); i++) {
      name = clean + "-" + i;
    }
    return name;
  }
}
