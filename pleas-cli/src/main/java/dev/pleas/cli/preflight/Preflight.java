package dev.pleas.cli.preflight;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.error.ModelException;
import dev.pleas.api.graph.Graph;
import dev.pleas.cli.preflight.TensorComparison.Status;
import dev.pleas.cli.session.LoadedModel;
import dev.pleas.core.method.SameArchitecture;
import dev.pleas.core.partial.Heads;
import dev.pleas.core.partial.SeparateHeads;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How the tensors of networks that are to be merged compare. Tensors are read one at a time.
 *
 * @param sources files by the name of the source
 * @param tensors every tensor, parameters first
 * @param tied tensors of one file that are the same
 * @param nonFinite tensors with NaN or infinite values
 * @param refusals why these networks cannot be merged, with remedies; empty if they can
 */
public record Preflight(
    Map<String, String> sources,
    List<TensorComparison> tensors,
    List<Tied> tied,
    List<NonFinite> nonFinite,
    List<String> refusals) {
  /**
   * Two tensors of a file with the same type, shape and bytes. A merge treats them apart.
   *
   * @param source whose file
   * @param tensor the first
   * @param other the second
   */
  public record Tied(String source, String tensor, String other) {}

  /**
   * A tensor with values that are no numbers.
   *
   * @param source whose file
   * @param file that was opened
   * @param tensor its name in the file
   * @param index of the first such element
   * @param value of it, as text
   * @param count how many there are
   */
  public record NonFinite(
      String source, String file, String tensor, long index, String value, long count) {}

  /**
   * What reports have of it.
   *
   * @param matched tensors of the same shape in all sources
   * @param heads tensors of heads with different numbers of classes, or that only some sources have
   * @param missing tensors that some source lacks
   * @param conflicts tensors of different shapes
   * @param integerBuffers tensors of whole numbers that are copied from the first source
   * @param otherBuffers other tensors that are copied from it
   * @param typesDiffer tensors that the sources store in different types
   * @param tensors those that do not simply match
   * @param tied tensors of one file that are the same
   * @param nonFinite tensors with NaN or infinite values
   * @param refusals why these networks cannot be merged; empty if they can
   */
  public record Summary(
      int matched,
      int heads,
      int missing,
      int conflicts,
      int integerBuffers,
      int otherBuffers,
      int typesDiffer,
      List<TensorComparison> tensors,
      List<Tied> tied,
      List<NonFinite> nonFinite,
      List<String> refusals) {}

  /**
   * Compares networks.
   *
   * @param names of the sources
   * @param models whose headers were read
   */
  public static Preflight of(List<String> names, List<LoadedModel> models) {
    Map<String, String> sources = new LinkedHashMap<>();
    List<Tied> tied = new ArrayList<>();
    List<NonFinite> nonFinite = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      sources.put(names.get(i), models.get(i).path().toString());
      TensorScan scan = TensorScan.of(names.get(i), models.get(i));
      tied.addAll(scan.tied());
      nonFinite.addAll(scan.nonFinite());
    }
    List<Graph> graphs = models.stream().map(LoadedModel::graph).toList();
    List<String> refusals = new ArrayList<>();
    try {
      compare(graphs, names);
    } catch (ModelException | ConfigurationException e) {
      refusals.add(String.valueOf(e.getMessage()));
    }
    List<TensorComparison> tensors = new ArrayList<>(parameters(names, models, refusals.isEmpty()));
    tensors.addAll(passengers(names, models));
    refusals.addAll(diverged(nonFinite));
    return new Preflight(sources, tensors, tied, nonFinite, refusals);
  }

  /** Heads may differ, in number too: every network can keep its own. */
  private static void compare(List<Graph> graphs, List<String> names) {
    if (graphs.stream().allMatch(Preflight::separable)) {
      SeparateHeads separate = SeparateHeads.of(graphs, names);
      SameArchitecture.check(separate.graphs(), names, separate.nodes());
    } else {
      SameArchitecture.check(graphs, names, Set.of());
    }
  }

  private static boolean separable(Graph graph) {
    return !heads(graph).isEmpty();
  }

  /** The parameters that may differ: none where heads cannot be kept separate. */
  private static Set<String> heads(Graph graph) {
    try {
      Set<String> heads = Heads.of(graph);
      return graph.nodes().stream()
          .filter(node -> heads.contains(node.name()))
          .flatMap(node -> node.op().parameters().stream())
          .collect(Collectors.toSet());
    } catch (ConfigurationException e) {
      return Set.of();
    }
  }

  /**
   * @param separate whether the networks' heads go together, each its own
   */
  private static List<TensorComparison> parameters(
      List<String> names, List<LoadedModel> models, boolean separate) {
    Set<String> ofHeads = new HashSet<>();
    Set<String> all = new LinkedHashSet<>();
    for (LoadedModel model : models) {
      ofHeads.addAll(heads(model.graph()));
      all.addAll(model.graph().parameters().keySet());
    }
    List<TensorComparison> compared = new ArrayList<>();
    for (String tensor : all) {
      Map<String, TensorInfo> found = new LinkedHashMap<>();
      for (int i = 0; i < names.size(); i++) {
        LoadedModel model = models.get(i);
        if (model.graph().parameters().containsKey(tensor)) {
          @Nullable TensorInfo stored =
              model.checkpoint().tensors().get(model.network().layout().tensorOf(tensor));
          found.put(
              names.get(i),
              new TensorInfo(
                  Objects.requireNonNull(stored).dtype(), model.graph().parameterShape(tensor)));
        }
      }
      boolean own = ofHeads.contains(tensor) && (separate || found.size() == names.size());
      compared.add(TensorComparison.of(tensor, found, names.size(), own));
    }
    return compared;
  }

  private static List<TensorComparison> passengers(List<String> names, List<LoadedModel> models) {
    Map<String, Map<String, TensorInfo>> all = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      LoadedModel model = models.get(i);
      String name = names.get(i);
      model
          .checkpoint()
          .tensors()
          .forEach(
              (tensor, info) -> {
                if (model.network().passengers().contains(tensor)) {
                  all.computeIfAbsent(tensor, any -> new LinkedHashMap<>()).put(name, info);
                }
              });
    }
    return all.entrySet().stream()
        .map(entry -> new TensorComparison(entry.getKey(), Status.COPIED, entry.getValue()))
        .toList();
  }

  private static List<String> diverged(List<NonFinite> nonFinite) {
    return nonFinite.stream()
        .map(
            one ->
                one.file()
                    + ": "
                    + one.tensor()
                    + ": element "
                    + one.index()
                    + " is "
                    + one.value()
                    + (one.count() > 1 ? ", and " + (one.count() - 1) + " more" : "")
                    + "; the training diverged, or the conversion of the file failed: take an earlier"
                    + " checkpoint, or convert it again")
        .toList();
  }

  /**
   * Refuses networks that cannot be merged.
   *
   * @throws ModelException with the first reason
   */
  public void refuse() {
    if (!refusals.isEmpty()) {
      int more = refusals.size() - 1;
      throw new ModelException(
          refusals.get(0)
              + (more == 0
                  ? ""
                  : " (and "
                      + more
                      + (more == 1 ? " more reason" : " more reasons")
                      + ": see all with 'pleas preflight')"));
    }
  }

  /** Returns the counts, and what does not simply match. */
  public Summary summary() {
    return new Summary(
        count(Status.MATCHED),
        count(Status.HEAD),
        count(Status.MISSING),
        count(Status.CONFLICT),
        integerBuffers(),
        count(Status.COPIED) - integerBuffers(),
        typesDiffer(),
        tensors.stream().filter(TensorComparison::notable).toList(),
        tied,
        nonFinite,
        refusals);
  }

  private int count(Status status) {
    return (int) tensors.stream().filter(tensor -> tensor.status() == status).count();
  }

  private int integerBuffers() {
    return (int) tensors.stream().filter(TensorComparison::integerBuffer).count();
  }

  private int typesDiffer() {
    return (int) tensors.stream().filter(TensorComparison::typesDiffer).count();
  }

  /** Returns the counts as one line. */
  public String line() {
    String first = sources.keySet().iterator().next();
    List<String> parts = new ArrayList<>();
    parts.add(many(count(Status.MATCHED), "tensor matches", "tensors match"));
    String how = tensors.stream().anyMatch(this::headOfSome) ? " between sources" : " in classes";
    add(parts, count(Status.HEAD), "head tensor differs", "head tensors differ", how);
    add(parts, count(Status.MISSING), "is missing", "are missing", " in a source");
    add(parts, count(Status.CONFLICT), "has another shape", "have other shapes", "");
    add(parts, typesDiffer(), "is stored", "are stored", " in different types");
    add(parts, tied.size(), "is", "are", " the same as another of its file");
    add(parts, nonFinite.size(), "has", "have", " NaN or infinite values");
    String from = " copied from " + first;
    add(parts, integerBuffers(), "integer buffer is", "integer buffers are", from);
    add(
        parts,
        count(Status.COPIED) - integerBuffers(),
        "other buffer is",
        "other buffers are",
        from);
    return String.join(", ", sources.keySet()) + ": " + String.join(", ", parts);
  }

  private boolean headOfSome(TensorComparison tensor) {
    return tensor.status() == Status.HEAD && tensor.found().size() < sources.size();
  }

  private static void add(List<String> parts, int count, String one, String several, String rest) {
    if (count > 0) {
      parts.add(many(count, one, several) + rest);
    }
  }

  private static String many(int count, String one, String several) {
    return count + " " + (count == 1 ? one : several);
  }
}
