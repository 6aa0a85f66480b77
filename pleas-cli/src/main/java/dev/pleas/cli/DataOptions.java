package dev.pleas.cli;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.cli.recipe.ImageSettings;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which images, and what is done to them. */
final class DataOptions {
  @Option(
      names = "--data",
      paramLabel = "PATH",
      description =
          "Images: an IDX or CIFAR file (plain or gzip), or a folder. Or texts: a .safetensors file"
              + " of input_ids.")
  private @Nullable Path data;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "Labels of an IDX file. (default: found beside the images)")
  private @Nullable Path labels;

  @Option(
      names = "--mean",
      paramLabel = "M",
      split = ",",
      description = "Mean of the pixels (0 to 1) in training: one number, or one per channel.")
  private @Nullable List<Float> mean;

  @Option(
      names = "--std",
      paramLabel = "S",
      split = ",",
      description = "Standard deviation of the pixels in training, likewise.")
  private @Nullable List<Float> std;

  @Option(
      names = "--resize",
      paramLabel = "PIXELS",
      description = "Scales the shorter side to this length.")
  private @Nullable Integer resize;

  @Option(names = "--crop", paramLabel = "PIXELS", description = "Takes the centre square.")
  private @Nullable Integer crop;

  @Option(
      names = "--channels",
      paramLabel = "N",
      description = "Converts to 1 (grayscale) or 3 (RGB) channels.")
  private @Nullable Integer channels;

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Uses the first N images. (default: all)")
  private @Nullable Integer samples;

  /** Returns whether images were named. */
  boolean named() {
    return data != null;
  }

  ImageSettings settings(@Nullable List<Integer> classes) {
    if (labels != null && labels.toString().endsWith(".json")) {
      throw new ConfigurationException(
          "--labels "
              + labels
              + ": expected the IDX file with the labels of the images; names of classes are given"
              + " with --label-map");
    }
    return new ImageSettings(data, labels, classes, samples, mean, std, resize, crop, channels);
  }
}
