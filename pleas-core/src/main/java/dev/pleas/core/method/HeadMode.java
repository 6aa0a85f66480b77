package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.MergeRequest;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.core.partial.Heads;
import java.util.List;
import java.util.Set;

/** What becomes of the layers that make the networks' outputs. */
enum HeadMode {
  /** Shared where both have as many classes, separate otherwise. */
  AUTO,
  /** One label space: one head. */
  SHARED,
  /** Different label spaces: each source keeps its head, the result has both outputs. */
  SEPARATE;

  static final MethodParameter PARAMETER =
      new MethodParameter(
          "heads",
          "auto",
          "output layers: shared (one label space), separate (each source keeps its own), auto"
              + " (shared where both have as many classes)");

  /**
   * Decides, and says in the settings and notes what was decided.
   *
   * @return the nodes whose outputs stay apart; empty for a shared head
   * @throws ConfigurationException if heads cannot be what they are set to be
   */
  static Set<String> resolve(Settings settings, MergeRequest request, List<String> notes) {
    Graph a = request.sources().get(0).graph();
    List<Integer> sizes = outputSizes(a);
    List<Integer> others = outputSizes(request.sources().get(1).graph());
    boolean alike = sizes.equals(others);
    HeadMode mode = settings.choice(PARAMETER.name(), HeadMode.class);
    if (mode == AUTO) {
      mode = alike ? SHARED : SEPARATE;
      notes.add(
          alike
              ? "heads: both networks have outputs of sizes "
                  + sizes
                  + ", so one label space was assumed; set heads = separate if their classes differ"
              : "heads: the networks have different numbers of classes, so each keeps its own head");
    } else if (mode == SHARED && !alike) {
      throw new ConfigurationException(
          "heads = shared needs as many classes in both networks: "
              + request.names().get(0)
              + " has outputs of sizes "
              + sizes
              + ", "
              + request.names().get(1)
              + " of "
              + others
              + "; use heads = separate");
    }
    settings.resolve(PARAMETER.name(), Settings.option(mode));
    return mode == SEPARATE ? Heads.of(a) : Set.of();
  }

  private static List<Integer> outputSizes(Graph graph) {
    return graph.outputs().values().stream().map(value -> graph.valueShape(value).dim(0)).toList();
  }
}
