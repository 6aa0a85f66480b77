package dev.pleas.api.merge;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a merge measured. Lists are empty where a method has nothing to say.
 *
 * @param settings every setting in force, defaults included
 * @param cost what the result costs, or null
 * @param groups one entry per permutation group
 * @param layers one entry per refitted layer, in execution order
 * @param normalizations one entry per batch normalization whose input was measured, in execution
 *     order
 * @param stages how long each stage took, in order
 * @param notes what a person should know: fallbacks taken, layers left out, assumptions made
 */
public record MergeReport(
    Map<String, String> settings,
    @Nullable Cost cost,
    List<Group> groups,
    List<Layer> layers,
    List<Normalization> normalizations,
    List<Stage> stages,
    List<String> notes) {
  /** Copies the collections. */
  public MergeReport {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    groups = List.copyOf(groups);
    layers = List.copyOf(layers);
    normalizations = List.copyOf(normalizations);
    stages = List.copyOf(stages);
    notes = List.copyOf(notes);
  }

  /**
   * Multiply-accumulates and parameters of the result, each relative to one source.
   *
   * @param flops blocks between units kept apart counted as absent, as the budget counts them
   * @param denseFlops the same with those zero blocks stored and multiplied
   * @param parameters parameters, zero blocks not counted
   */
  public record Cost(double flops, double denseFlops, double parameters) {}

  /**
   * One permutation group. The units of all sources at one place of a common order, the reference
   * order, are a set; for two sources the reference order may be the first one's own.
   *
   * @param name the group's name
   * @param size units in each source
   * @param merged sets whose units were merged into one; of the others each unit is kept apart
   * @param width units in the result
   * @param similarityBefore mean similarity of units with equal index, over pairs of sources
   * @param similarityAfter mean similarity of matched units, over pairs of sources
   * @param similaritiesBefore the similarities whose mean is {@code similarityBefore}, by index;
   *     empty where it is not known unit by unit
   * @param similarities of each set, in reference order: the mean over pairs of sources
   * @param sources where the units of each source are, in the order of the sources
   * @param matrix similarities of all pairs of units of the first two sources, or null
   */
  public record Group(
      String name,
      int size,
      int merged,
      int width,
      double similarityBefore,
      double similarityAfter,
      List<Double> similaritiesBefore,
      List<Double> similarities,
      List<Units> sources,
      @Nullable SimilarityMatrix matrix) {
    /** Copies the lists. */
    public Group {
      similaritiesBefore = List.copyOf(similaritiesBefore);
      similarities = List.copyOf(similarities);
      sources = List.copyOf(sources);
    }
  }

  /**
   * Where one source's units are in the reference order.
   *
   * @param permutation reference unit u is this source's unit permutation[u]
   * @param inside where units consist of several indices, as attention heads do: for each
   *     component, reference index i is this source's index inside[i]; else empty
   */
  public record Units(List<Integer> permutation, List<List<Integer>> inside) {
    /** Copies the lists. */
    public Units {
      permutation = List.copyOf(permutation);
      inside = inside.stream().map(List::copyOf).toList();
    }
  }

  /**
   * Similarities of all pairs of units of the first source (rows) and the second (columns), or
   * means over square blocks of them.
   *
   * @param block units to a row and to a column; the last may have fewer
   * @param before with the units of both sources as they stand
   * @param after with the units of both sources in reference order
   */
  public record SimilarityMatrix(int block, List<List<Double>> before, List<List<Double>> after) {
    /** Copies the lists. */
    public SimilarityMatrix {
      before = before.stream().map(List::copyOf).toList();
      after = after.stream().map(List::copyOf).toList();
    }
  }

  /**
   * One refitted layer. Errors are ‖X̃Wᵀ − Ỹ‖² / ‖Ỹ − mean‖² on the calibration data.
   *
   * @param name the layer's node
   * @param rows rows (samples × positions) that were used
   * @param rowsAvailable rows that the calibration data has
   * @param unknowns columns of the largest system
   * @param errorBefore with the initial weights
   * @param errorAfter with the refitted weights
   * @param ridge the pull towards the initial weights, relative to the mean of diag X̃ᵀX̃
   * @param conditionEstimate of the worst system solved
   */
  public record Layer(
      String name,
      long rows,
      long rowsAvailable,
      int unknowns,
      double errorBefore,
      double errorAfter,
      double ridge,
      double conditionEstimate) {}

  /**
   * The input of one batch normalization: of each unit of the result, its variance over the mean
   * variance of the source units that it comes from, all on the same data. Where units that do not
   * go together are averaged, it falls far below 1: variance collapse (Jordan et al., REPAIR,
   * arXiv:2211.08403).
   *
   * @param name the normalization's node
   * @param units how many units were measured: those whose source units vary at all
   * @param before with the initial weights, or null if that was not measured
   * @param after in the result
   */
  public record Normalization(String name, int units, @Nullable Spread before, Spread after) {}

  /**
   * How numbers are spread: the least, the quartiles, the greatest.
   *
   * @param min the least
   * @param lowerQuartile a quarter of the numbers are at most this
   * @param median half of the numbers are at most this
   * @param upperQuartile three quarters of the numbers are at most this
   * @param max the greatest
   */
  public record Spread(
      double min, double lowerQuartile, double median, double upperQuartile, double max) {
    /**
     * Describes numbers; quantiles are interpolated linearly between the sorted numbers (Hyndman
     * and Fan's type 7).
     *
     * @param values not empty; not modified
     * @throws IllegalArgumentException if there are none
     */
    public static Spread of(double... values) {
      if (values.length == 0) {
        throw new IllegalArgumentException("no numbers to describe");
      }
      double[] sorted = values.clone();
      Arrays.sort(sorted);
      return new Spread(
          sorted[0],
          quantile(sorted, 0.25),
          quantile(sorted, 0.5),
          quantile(sorted, 0.75),
          sorted[sorted.length - 1]);
    }

    private static double quantile(double[] sorted, double share) {
      double place = share * (sorted.length - 1);
      int below = (int) place;
      int above = Math.min(below + 1, sorted.length - 1);
      return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
  }

  /**
   * One stage.
   *
   * @param name its name
   * @param elapsedNanos wall-clock time
   */
  public record Stage(String name, long elapsedNanos) {}
}
