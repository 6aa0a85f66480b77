package dev.pleas.cli.statistics;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.data.Preprocessing;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Of what statistics were computed, and how. Stands in the file's metadata as JSON.
 *
 * @param format {@link #FORMAT}
 * @param pleas version of the program
 * @param method id of the merge method whose statistics they are
 * @param settings those of the method's settings that change what statistics hold
 * @param seed of the choice of rows
 * @param sources the networks, in the order of the sums
 * @param input shape of an input, without the batch axis
 * @param preprocessing what was done to the images
 * @param images the data, part by part
 */
public record StatisticsOrigin(
    String format,
    String pleas,
    String method,
    Map<String, String> settings,
    long seed,
    List<Source> sources,
    Shape input,
    Preprocessing preprocessing,
    List<Images> images) {
  /** Name and version of the format. */
  public static final String FORMAT = "pleas-statistics/1";

  /** The settings that change what statistics hold, of any method that has them. */
  public static final List<String> SETTINGS = List.of("fold-normalization", "rows-per-column");

  /** Copies the collections. */
  public StatisticsOrigin {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    sources = List.copyOf(sources);
    images = List.copyOf(images);
  }

  /**
   * A network.
   *
   * @param name what it was called
   * @param sha256 of its checkpoint
   * @param architecture what it is
   */
  public record Source(String name, String sha256, String architecture) {}

  /**
   * Images.
   *
   * @param data file or folder
   * @param sha256 of the file; null for a folder
   * @param classes the labels that were kept; empty for all
   * @param samples how many were used
   */
  public record Images(String data, @Nullable String sha256, List<Integer> classes, int samples) {}

  /** Returns how many images there were. */
  public long samples() {
    return images.stream().mapToLong(Images::samples).sum();
  }

  /**
   * Returns of what the sums of these statistics and others are.
   *
   * @param self what a person calls these
   * @param name what a person calls the others
   * @throws ConfigurationException if they cannot be added up, naming what differs
   */
  StatisticsOrigin plus(StatisticsOrigin other, String self, String name) {
    List<String> differences = new ArrayList<>();
    compare("method", method, other.method, differences);
    if (!hashes().equals(other.hashes())) {
      compare("sources", fingerprints(), other.fingerprints(), differences);
    }
    compare("input", input, other.input, differences);
    compare("preprocessing", describe(preprocessing), describe(other.preprocessing), differences);
    TreeSet<String> keys = new TreeSet<>(settings.keySet());
    keys.addAll(other.settings.keySet());
    keys.forEach(key -> compare(key, settings.get(key), other.settings.get(key), differences));
    compare("seed", seed, other.seed, differences);
    if (!differences.isEmpty()) {
      throw new ConfigurationException(
          name
              + " cannot be added to "
              + self
              + ": "
              + String.join("; ", differences)
              + "; add up statistics of the same networks, computed in the same way");
    }
    List<Images> all = new ArrayList<>(images);
    all.addAll(other.images);
    return new StatisticsOrigin(
        format, pleas, method, settings, seed, sources, input, preprocessing, all);
  }

  private static void compare(
      String what, @Nullable Object one, @Nullable Object two, List<String> differences) {
    if (!Objects.equals(one, two)) {
      differences.add(what + ": " + one + " and " + two);
    }
  }

  private List<String> hashes() {
    return sources.stream().map(Source::sha256).toList();
  }

  private List<String> fingerprints() {
    return sources.stream()
        .map(source -> source.name() + " (SHA-256 " + source.sha256().substring(0, 12) + "…)")
        .toList();
  }

  private static String describe(Preprocessing how) {
    return "mean "
        + how.mean()
        + ", std "
        + how.std()
        + (how.resize() == 0 ? "" : ", resize " + how.resize())
        + (how.crop() == 0 ? "" : ", crop " + how.crop())
        + (how.channels() == 0 ? "" : ", channels " + how.channels());
  }

  /**
   * Refuses a merge by another method.
   *
   * @param place what a person calls these statistics
   */
  public void requireMethod(String place, String wanted) {
    if (!method.equals(wanted)) {
      throw new ConfigurationException(
          place
              + ": the statistics are those of the method "
              + method
              + ", and the merge is to be by "
              + wanted
              + "; use that method, or give images instead");
    }
  }

  /**
   * Refuses images to which other things are done.
   *
   * @param place what a person calls these statistics
   */
  public void requirePreprocessing(String place, Preprocessing wanted) {
    if (!preprocessing.equals(wanted)) {
      throw new ConfigurationException(
          place
              + ": the statistics are of images with "
              + preprocessing
              + ", and the calibration images are to have "
              + wanted
              + "; give the images the same, or leave them out");
    }
  }

  /**
   * Refuses a merge of other networks, or in another order.
   *
   * @param place what a person calls these statistics
   * @param names of the networks to merge
   * @param sha256 of their checkpoints
   * @throws ConfigurationException saying which network these statistics are not of
   */
  public void requireSources(String place, List<String> names, List<String> sha256) {
    List<String> own = hashes();
    if (own.equals(sha256)) {
      return;
    }
    String order = String.join(", ", sources.stream().map(Source::name).toList());
    if (own.size() == sha256.size() && own.containsAll(sha256) && sha256.containsAll(own)) {
      throw new ConfigurationException(
          place
              + ": the statistics are of these networks in another order; name the models in this"
              + " order: "
              + String.join(", ", own.stream().map(sha256::indexOf).map(names::get).toList()));
    }
    for (int i = 0; i < names.size(); i++) {
      if (!own.contains(sha256.get(i))) {
        throw new ConfigurationException(
            place
                + ": the statistics are not of "
                + names.get(i)
                + " (SHA-256 "
                + sha256.get(i).substring(0, 12)
                + "…), but of "
                + String.join(", ", fingerprints())
                + "; compute them of these networks with pleas stats");
      }
    }
    throw new ConfigurationException(
        place
            + ": the statistics are of "
            + own.size()
            + " networks ("
            + order
            + "), and "
            + names.size()
            + " are to be merged ("
            + String.join(", ", names)
            + "); compute them of these networks with pleas stats");
  }

  /**
   * Returns the settings of a merge with these statistics: what they were computed with is taken
   * over where nothing else was said.
   *
   * @param place what a person calls these statistics
   * @throws ConfigurationException if something else was said
   */
  public Map<String, String> settingsOf(String place, Map<String, String> parameters) {
    Map<String, String> all = new LinkedHashMap<>(parameters);
    settings.forEach(
        (key, value) -> {
          String said = all.put(key, value);
          if (said != null && !said.strip().equals(value)) {
            throw new ConfigurationException(
                place
                    + ": the statistics were computed with "
                    + key
                    + " = "
                    + value
                    + ", and the merge is to have "
                    + said
                    + "; leave the setting out, or compute them with it");
          }
        });
    return all;
  }
}
