package dev.pleas.cli.recipe;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.models.data.DataSpec;
import dev.pleas.models.data.Preprocessing;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was said about images, in one place; what was not said is null.
 *
 * @param data file or folder
 * @param labels file of labels
 * @param classes the classes to keep, numbered anew in this order
 * @param samples how many to use, from the first
 * @param mean per channel
 * @param std per channel
 * @param resize length of the shorter side
 * @param crop length of the sides of the centre crop
 * @param channels 1 or 3, to convert
 */
public record ImageSettings(
    @Nullable Path data,
    @Nullable Path labels,
    @Nullable List<Integer> classes,
    @Nullable Integer samples,
    @Nullable List<Float> mean,
    @Nullable List<Float> std,
    @Nullable Integer resize,
    @Nullable Integer crop,
    @Nullable Integer channels) {
  /** Nothing was said. */
  public static final ImageSettings NONE =
      new ImageSettings(null, null, null, null, null, null, null, null, null);

  /** Pixels from 0 to 1, in the size and with the channels that are stored. */
  private static final Preprocessing PLAIN = new Preprocessing(List.of(0f), List.of(1f), 0, 0, 0);

  /** Returns what is done to images for which these settings were used before. */
  public static ImageSettings of(Preprocessing preprocessing) {
    return new ImageSettings(
        null,
        null,
        null,
        null,
        preprocessing.mean(),
        preprocessing.std(),
        preprocessing.resize(),
        preprocessing.crop(),
        preprocessing.channels());
  }

  /** Returns these settings, and those of {@code base} where these say nothing. */
  public ImageSettings over(ImageSettings base) {
    return new ImageSettings(
        or(data, base.data),
        // Labels belong to their images.
        data == null ? or(labels, base.labels) : labels,
        or(classes, base.classes),
        or(samples, base.samples),
        or(mean, base.mean),
        or(std, base.std),
        or(resize, base.resize),
        or(crop, base.crop),
        or(channels, base.channels));
  }

  /** Returns what is done to the images, without which images they are. */
  public ImageSettings preprocessing() {
    return new ImageSettings(null, null, null, null, mean, std, resize, crop, channels);
  }

  /**
   * Returns the images; pixels from 0 to 1 where nothing was said about mean and deviation.
   *
   * @return null if no data was named
   * @throws dev.pleas.api.error.ConfigurationException if a setting is out of range
   * @throws ConfigurationException if no samples are wanted
   */
  public @Nullable DataSpec spec() {
    if (data == null) {
      return null;
    }
    if (samples != null && samples < 1) {
      throw new ConfigurationException(
          "samples: expected a whole number of at least 1, found " + samples);
    }
    return new DataSpec(
        data,
        labels,
        or(classes, List.of()),
        or(samples, 0),
        new Preprocessing(
            or(mean, PLAIN.mean()),
            or(std, PLAIN.std()),
            or(resize, PLAIN.resize()),
            or(crop, PLAIN.crop()),
            or(channels, PLAIN.channels())));
  }

  private static <T extends @Nullable Object> T or(@Nullable T first, T second) {
    return first != null ? first : second;
  }
}
