package dev.pleas.api.merge;

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
 * @param stages how long each stage took, in order
 * @param notes what a person should know: fallbacks taken, layers left out, assumptions made
 */
public record MergeReport(
    Map<String, String> settings,
    @Nullable Cost cost,
    List<Group> groups,
    List<Layer> layers,
    List<Stage> stages,
    List<String> notes) {
  /** Copies the collections. */
  public MergeReport {
    settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
    groups = List.copyOf(groups);
    layers = List.copyOf(layers);
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
   * One permutation group.
   *
   * @param name the group's name
   * @param size units in each source
   * @param merged pairs that were merged
   * @param width units in the result
   * @param similarityBefore mean similarity of units with equal index
   * @param similarityAfter mean similarity of matched units
   * @param permutation unit i of the first source goes with unit permutation[i] of the second
   * @param inside where units consist of several indices, as attention heads do: for each
   *     component, index i of the first source goes with index inside[i] of the second; else empty
   */
  public record Group(
      String name,
      int size,
      int merged,
      int width,
      double similarityBefore,
      double similarityAfter,
      List<Integer> permutation,
      List<List<Integer>> inside) {
    /** Copies the lists. */
    public Group {
      permutation = List.copyOf(permutation);
      inside = inside.stream().map(List::copyOf).toList();
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
   * One stage.
   *
   * @param name its name
   * @param elapsedNanos wall-clock time
   */
  public record Stage(String name, long elapsedNanos) {}
}
