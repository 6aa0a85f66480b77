package dev.pleas.core.method;

import dev.pleas.api.error.ConfigurationException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.MergeReport;
import dev.pleas.api.merge.MethodParameter;
import dev.pleas.api.permutation.Permutation;
import dev.pleas.api.permutation.PermutationSpec;
import dev.pleas.api.permutation.PermutationSpec.Group;
import dev.pleas.api.permutation.UnitPermutation;
import dev.pleas.core.alignment.GroupAlignment;
import dev.pleas.core.budget.BudgetPlan;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the report says about groups, with the similarity matrix of at most one of them. */
final class GroupReports {
  /** Larger matrices are reported as means over blocks. */
  private static final int LARGEST_MATRIX = 128;

  private static final MathContext FOUR_DIGITS = new MathContext(4);

  static final MethodParameter PARAMETER =
      new MethodParameter(
          "similarity-matrix",
          "auto",
          "the group whose similarity matrix goes into the report: its name, auto (the one with the"
              + " most units up to "
              + LARGEST_MATRIX
              + "), none");

  private final @Nullable String withMatrix;
  private final int sources;

  private GroupReports(@Nullable String withMatrix, int sources) {
    this.withMatrix = withMatrix;
    this.sources = sources;
  }

  /**
   * Reads the setting.
   *
   * @throws ConfigurationException if there is no such group
   */
  static GroupReports of(Settings settings, PermutationSpec spec, int sources) {
    String wanted = settings.text(PARAMETER.name());
    if (wanted.equals("none")) {
      return new GroupReports(null, sources);
    } else if (wanted.equals("auto")) {
      return new GroupReports(automatic(spec), sources);
    } else if (spec.groups().stream().noneMatch(group -> group.name().equals(wanted))) {
      throw new ConfigurationException(
          PARAMETER.name()
              + ": expected auto, none or the name of a group, found \""
              + wanted
              + "\"; groups: "
              + spec.groups().stream().map(Group::name).collect(Collectors.joining(", ")));
    }
    return new GroupReports(wanted, sources);
  }

  /**
   * The largest of those that can be shown unit by unit, the first of equals; else the smallest.
   */
  private static @Nullable String automatic(PermutationSpec spec) {
    return spec.groups().stream()
        .filter(group -> group.size() <= LARGEST_MATRIX)
        .reduce((best, next) -> next.size() > best.size() ? next : best)
        .or(() -> spec.groups().stream().min(Comparator.comparingInt(Group::size)))
        .map(Group::name)
        .orElse(null);
  }

  /** Describes how a group was aligned, and what the plan made of it. */
  MergeReport.Group of(GroupAlignment alignment, BudgetPlan plan) {
    Group group = alignment.group();
    List<UnitPermutation> orders = alignment.permutations();
    boolean plain = group.components().stream().allMatch(component -> component.width() == 1);
    return new MergeReport.Group(
        group.name(),
        group.size(),
        plan.mergedOf(group),
        plan.width(group, sources),
        alignment.meanBefore(),
        alignment.meanAfter(),
        // Of units with insides the matrix has them matched already.
        plain ? sameIndex(alignment) : List.of(),
        Arrays.stream(alignment.matched()).boxed().toList(),
        orders.stream().map(order -> units(order, plain)).toList(),
        group.name().equals(withMatrix)
            ? matrix(alignment.similarities().get(0, 1), orders)
            : null);
  }

  private static MergeReport.Units units(UnitPermutation source, boolean plain) {
    return new MergeReport.Units(
        list(source.units()),
        plain ? List.of() : source.components().stream().map(GroupReports::list).toList());
  }

  /** The similarities with the rows and columns of both sources in reference order. */
  private static Matrix ordered(Matrix similarity, List<UnitPermutation> sources) {
    return similarity.select(sources.get(0).units().toArray(), sources.get(1).units().toArray());
  }

  /** For each index the mean similarity of the units there, over pairs of sources. */
  private static List<Double> sameIndex(GroupAlignment alignment) {
    List<Matrix> pairs = alignment.similarities().values();
    return IntStream.range(0, alignment.group().size())
        .mapToObj(i -> pairs.stream().mapToDouble(pair -> pair.get(i, i)).average().orElseThrow())
        .toList();
  }

  private static MergeReport.SimilarityMatrix matrix(
      Matrix similarity, List<UnitPermutation> sources) {
    int block = (similarity.rows() + LARGEST_MATRIX - 1) / LARGEST_MATRIX;
    return new MergeReport.SimilarityMatrix(
        block, blockMeans(similarity, block), blockMeans(ordered(similarity, sources), block));
  }

  /** Means over blocks of so many rows and columns, to four digits. */
  static List<List<Double>> blockMeans(Matrix matrix, int block) {
    List<List<Double>> rows = new ArrayList<>();
    for (int top = 0; top < matrix.rows(); top += block) {
      List<Double> row = new ArrayList<>();
      for (int left = 0; left < matrix.columns(); left += block) {
        row.add(rounded(mean(matrix, top, left, block)));
      }
      rows.add(row);
    }
    return rows;
  }

  private static double mean(Matrix matrix, int top, int left, int block) {
    int bottom = Math.min(matrix.rows(), top + block);
    int right = Math.min(matrix.columns(), left + block);
    double sum = 0;
    for (int i = top; i < bottom; i++) {
      for (int j = left; j < right; j++) {
        sum += matrix.get(i, j);
      }
    }
    return sum / ((bottom - top) * (double) (right - left));
  }

  private static double rounded(double value) {
    return new BigDecimal(value).round(FOUR_DIGITS).doubleValue();
  }

  private static List<Integer> list(Permutation permutation) {
    return Arrays.stream(permutation.toArray()).boxed().toList();
  }
}
