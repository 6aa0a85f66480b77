package dev.pleas.cli.recipe;

import com.fasterxml.jackson.annotation.JacksonAnnotationsInside;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A merge as a YAML file describes it; every part may be left out, and given by flags instead.
 * Paths stand as they were written, relative to the file's folder.
 *
 * @param models what to merge
 * @param method id of a merge method
 * @param parameters the method's settings
 * @param calibration images to run the networks on
 * @param evaluation what to measure the result on
 * @param seed makes everything random repeatable
 * @param output folder to write
 * @param outputFormat id of the checkpoint format to write
 * @param outputDtype type of the floating-point tensors to write, such as {@code float16}
 * @param outputShardSize the most that one file has, such as {@code 5GB}
 * @param labels the classes of the networks: a JSON file, or by the name of the network
 * @param statistics a file that {@code pleas stats} wrote
 */
record Recipe(
    @Nullable List<Source> models,
    @Nullable String method,
    @Nullable Map<String, String> parameters,
    @Nullable Images calibration,
    @Nullable List<Evaluation> evaluation,
    @Nullable Long seed,
    @Nullable String output,
    @JsonProperty("output-format") @Nullable String outputFormat,
    @JsonProperty("output-dtype") @Nullable String outputDtype,
    @JsonProperty("output-shard-size") @Nullable String outputShardSize,
    @Nullable JsonNode labels,
    @Nullable String statistics) {
  /** A key that cannot be left out, or left empty. */
  @Retention(RetentionPolicy.RUNTIME)
  @JacksonAnnotationsInside
  @JsonProperty(required = true)
  @JsonSetter(nulls = Nulls.FAIL)
  @interface Required {}

  /**
   * A network.
   *
   * @param name short name; by default the file's
   * @param path checkpoint
   * @param heads attention heads, where the checkpoint does not say it
   */
  record Source(@Nullable String name, @Required String path, @Nullable Integer heads) {}

  /** Images to calibrate on; the components are those of {@link ImageSettings}. */
  record Images(
      @Required String data,
      @Nullable String labels,
      @Nullable List<Integer> classes,
      @Nullable Integer samples,
      @Nullable List<Float> mean,
      @Nullable List<Float> std,
      @Nullable Integer resize,
      @Nullable Integer crop,
      @Nullable Integer channels) {
    ImageSettings in(Path folder) {
      return new ImageSettings(
          folder.resolve(data),
          labels == null ? null : folder.resolve(labels),
          classes,
          samples,
          mean,
          std,
          resize,
          crop,
          channels);
    }
  }

  /**
   * Images to measure accuracy on; what is done to them is by default what is done to the
   * calibration images. The other components are those of {@link ImageSettings}.
   *
   * @param name what to call them; by default the file's name
   * @param head the source whose task this is
   * @param joint whether all heads answer together, over the union of their classes
   * @param dataClasses names of the data's classes, by label
   */
  record Evaluation(
      @Nullable String name,
      @Nullable String head,
      @Nullable Boolean joint,
      @JsonProperty("data-classes") @Nullable List<String> dataClasses,
      @Required String data,
      @Nullable String labels,
      @Nullable List<Integer> classes,
      @Nullable Integer samples,
      @Nullable List<Float> mean,
      @Nullable List<Float> std,
      @Nullable Integer resize,
      @Nullable Integer crop,
      @Nullable Integer channels) {
    ImageSettings in(Path folder) {
      return new Images(data, labels, classes, samples, mean, std, resize, crop, channels)
          .in(folder);
    }
  }
}
