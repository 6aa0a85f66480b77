package dev.pleas.cli.sweep;

import dev.pleas.cli.evaluation.Score;
import dev.pleas.cli.merge.Provenance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code sweep.json} says.
 *
 * @param format {@link #FORMAT}
 * @param architecture what a person calls the network
 * @param evaluations names of the images that accuracy was measured on
 * @param points one entry per budget, ascending
 * @param sources the networks themselves, each on the tasks that it has learned
 * @param average the networks averaged plainly, or null if that cannot be done
 * @param ensemble the sources, of each class the mean of the logits of those that know it; null if
 *     no merge worked
 * @param refit how weights were fitted, in words
 * @param notes what a person should know
 * @param command the words of the command line that repeats the sweep
 * @param provenance where the networks come from
 */
public record SweepDocument(
    String format,
    String architecture,
    List<String> evaluations,
    List<Point> points,
    List<Point> sources,
    @Nullable Point average,
    @Nullable Point ensemble,
    String refit,
    List<String> notes,
    List<String> command,
    Provenance provenance) {
  /** Name and version of the file's format. */
  public static final String FORMAT = "pleas-sweep/1";

  /** Copies the lists. */
  public SweepDocument {
    evaluations = List.copyOf(evaluations);
    points = List.copyOf(points);
    sources = List.copyOf(sources);
    notes = List.copyOf(notes);
    command = List.copyOf(command);
  }

  /** Returns all networks: the sources, their average, the merged ones, the ensemble. */
  public List<Point> rows() {
    List<Point> rows = new ArrayList<>(sources);
    if (average != null) {
      rows.add(average);
    }
    rows.addAll(points);
    if (ensemble != null) {
      rows.add(ensemble);
    }
    return rows;
  }

  /**
   * One network.
   *
   * @param name what a person calls it
   * @param budget as it was given, or null where none was
   * @param flops multiply-accumulates relative to one source, or null where there is no network
   * @param parameters likewise
   * @param accuracies by the name of the images
   * @param mean of the accuracies, or null if there are none
   * @param elapsedNanos how long the merge and its evaluation took
   * @param folder where the network was written, or null
   * @param error why there is no network, or null
   */
  public record Point(
      String name,
      @Nullable String budget,
      @Nullable Double flops,
      @Nullable Double parameters,
      Map<String, Double> accuracies,
      @Nullable Double mean,
      long elapsedNanos,
      @Nullable String folder,
      @Nullable String error) {
    /** Copies the map. */
    public Point {
      accuracies = Collections.unmodifiableMap(new LinkedHashMap<>(accuracies));
    }

    static Point of(
        String name,
        @Nullable String budget,
        double flops,
        double parameters,
        List<Score> scores,
        long elapsedNanos,
        @Nullable String folder) {
      Map<String, Double> accuracies = new LinkedHashMap<>();
      scores.forEach(score -> accuracies.put(score.name(), score.top1()));
      return new Point(
          name,
          budget,
          flops,
          parameters,
          accuracies,
          accuracies.isEmpty()
              ? null
              : accuracies.values().stream().mapToDouble(a -> a).average().orElseThrow(),
          elapsedNanos,
          folder,
          null);
    }

    static Point failed(String name, String budget, String error, long elapsedNanos) {
      return new Point(name, budget, null, null, Map.of(), null, elapsedNanos, null, error);
    }
  }
}
