package dev.pleas.core.moments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.alignment.ActivationMatching;
import dev.pleas.core.oracle.PartOfSamples;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** Moments of any split of the data add up to the moments of all of it. */
class MomentsLawsTest {
  private static final int COUNT = 11;
  private static final int P = 3;
  private static final int Q = 2;

  /** Sums of some 60 products of about 1 in float64, in another order. */
  private static final double TOLERANCE = 1e-12;

  private final RandomSamples x = new RandomSamples(1, COUNT, Shape.of(P, 5));
  private final RandomSamples y = new RandomSamples(2, COUNT, Shape.of(Q, 5));

  private LayerMoments moments(TensorBackend backend, int from, int to, int batch) {
    try (TensorScope scope = backend.newScope();
        LayerMoments.Accumulator sum = new LayerMoments.Accumulator(scope, P, Q)) {
      for (int at = from; at < to; at += batch) {
        int end = Math.min(to, at + batch);
        sum.add(scope.tensor(x.read(at, end)), scope.tensor(y.read(at, end)));
      }
      return sum.toMoments();
    }
  }

  @Property(tries = 30)
  void plus_anySplitAndBatchSize_isTheWhole(
      @ForAll @IntRange(max = COUNT) int at, @ForAll @IntRange(min = 1, max = COUNT) int batch) {
    try (TensorBackend backend = new ReferenceBackend()) {
      LayerMoments whole = moments(backend, 0, COUNT, COUNT);
      LayerMoments left = moments(backend, 0, at, batch);
      LayerMoments right = moments(backend, at, COUNT, batch);

      assertClose(left.plus(right), whole);
      assertClose(right.plus(left), whole);
      assertThat(left.plus(right).rows()).isEqualTo(COUNT * 5L);
    }
  }

  @Test
  void accumulator_matchesItsDefinition() {
    try (TensorBackend backend = new ReferenceBackend()) {
      LayerMoments m = moments(backend, 0, COUNT, 4);
      Plain a = Plain.of(x.read(0, COUNT));
      Plain b = Plain.of(y.read(0, COUNT));
      for (int i = 0; i < P; i++) {
        for (int j = 0; j < P; j++) {
          assertThat(m.gram().get(i, j)).isCloseTo(product(a, i, a, j), tolerance());
        }
        for (int j = 0; j < Q; j++) {
          assertThat(m.cross().get(i, j)).isCloseTo(product(a, i, b, j), tolerance());
          assertThat(m.targets().squares()[j]).isCloseTo(product(b, j, b, j), tolerance());
        }
        double mean = m.inputs().sums()[i] / (COUNT * 5);
        assertThat(m.inputs().mean(i)).isCloseTo(mean, tolerance());
        assertThat(m.inputs().scatter(i))
            .isCloseTo(product(a, i, a, i) - COUNT * 5 * mean * mean, tolerance());
      }
    }
  }

  @Property(tries = 5)
  void jointMoments_anySplitAndBatchSize_addUp(
      @ForAll @IntRange(min = 1, max = 19) int at, @ForAll @IntRange(min = 1, max = 20) int batch) {
    RandomSamples all = new RandomSamples(7, 20, RandomNetworks.input());
    List<Model> models = threeNetworks(all);
    try (TensorBackend backend = new ReferenceBackend()) {
      Map<String, JointMoments> whole = run(models, new Batches(all, 20), backend);
      Map<String, JointMoments> left =
          run(models, new Batches(new PartOfSamples(all, 0, at), batch), backend);
      Map<String, JointMoments> right =
          run(models, new Batches(new PartOfSamples(all, at, 20), batch), backend);
      assertThat(backend.memoryBytes()).isZero();
      assertThat(whole).hasSizeGreaterThan(2);
      whole.forEach(
          (tap, m) -> {
            JointMoments sum = left.get(tap).plus(right.get(tap));
            // Sums of up to a thousand products of about 1.
            Offset<Double> offset = Offset.offset(1e-9);
            for (int pair = 0; pair < 3; pair++) {
              assertThat(sum.cross().values().get(pair).values())
                  .containsExactly(m.cross().values().get(pair).values(), offset);
            }
            for (int s = 0; s < 3; s++) {
              assertThat(sum.sums().get(s).sums()).containsExactly(m.sums().get(s).sums(), offset);
              assertThat(sum.sums().get(s).squares())
                  .containsExactly(m.sums().get(s).squares(), offset);
              assertThat(sum.sums().get(s).count()).isEqualTo(m.sums().get(s).count());
            }
          });
    }
  }

  @Test
  void jointMoments_ofATap_areThoseOfItsActivations() {
    RandomSamples all = new RandomSamples(7, 6, RandomNetworks.input());
    List<Model> models = threeNetworks(all);
    try (TensorBackend backend = new ReferenceBackend()) {
      Map<String, JointMoments> found = run(models, new Batches(all, 4), backend);
      List<Map<String, Plain>> values =
          models.stream().map(model -> PlainNetwork.values(model, all)).toList();
      for (int[] pair : new int[][] {{0, 1}, {0, 2}, {1, 2}, {2, 0}}) {
        found.forEach(
            (tap, joint) -> {
              CrossMoments m = joint.pair(pair[0], pair[1]);
              Plain a = values.get(pair[0]).get(tap);
              Plain b = values.get(pair[1]).get(tap);
              // Activations of the backend are float32, each within 1e-6 of these.
              assertThat(m.cross().get(0, 1))
                  .as(tap)
                  .isCloseTo(
                      product(a, 0, b, 1),
                      Offset.offset(1e-5 * Math.sqrt(m.a().squares()[0] * m.b().squares()[1])));
            });
      }
    }
  }

  @Test
  void jointMoments_inAnotherOrder_areThoseOfNetworksInThatOrder() {
    RandomSamples all = new RandomSamples(7, 6, RandomNetworks.input());
    List<Model> models = threeNetworks(all);
    List<Model> turned = List.of(models.get(2), models.get(0), models.get(1));
    try (TensorBackend backend = new ReferenceBackend()) {
      Map<String, JointMoments> found = run(models, new Batches(all, 4), backend);
      run(turned, new Batches(all, 4), backend)
          .forEach(
              (tap, expected) -> {
                JointMoments m = found.get(tap).inOrder(2, 0, 1);
                assertThat(m.cross()).isEqualTo(expected.cross());
                for (int s = 0; s < 3; s++) {
                  assertThat(m.sums().get(s).sums()).isEqualTo(expected.sums().get(s).sums());
                }
              });
    }
  }

  private static List<Model> threeNetworks(RandomSamples samples) {
    Graph graph = RandomNetworks.resNet(3, 4);
    return List.of(
        RandomNetworks.weights(graph, 8, samples),
        RandomNetworks.weights(graph, 9, samples),
        RandomNetworks.weights(graph, 10, samples));
  }

  @Test
  void plus_momentsOfOtherSizes_areRefused() {
    UnitSums two = new UnitSums(1, new double[2], new double[2]);
    UnitSums three = new UnitSums(1, new double[3], new double[3]);
    assertThatThrownBy(() -> two.plus(three))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("moments of 2 and 3 entries");
  }

  @Test
  void jointMoments_ofOtherNumbersOfNetworks_areRefused() {
    UnitSums sums = new UnitSums(1, new double[1], new double[1]);
    Matrix cross = Matrix.wrap(1, 1, new double[1]);
    JointMoments two = new JointMoments(List.of(sums, sums), new SourcePairs<>(2, List.of(cross)));
    JointMoments three =
        new JointMoments(
            List.of(sums, sums, sums), new SourcePairs<>(3, List.of(cross, cross, cross)));
    assertThatThrownBy(() -> two.plus(three))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("moments of 2 and 3 networks");
    assertThatThrownBy(() -> new JointMoments(List.of(sums, sums), three.cross()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("sums of 2 networks, products of 3");
    assertThatThrownBy(() -> new SourcePairs<>(3, List.of(1, 2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 values for pairs of 3");
  }

  @Test
  void sourcePairs_ofFive_findEachPair() {
    SourcePairs<String> pairs = SourcePairs.of(5, (s, t) -> s + "-" + t);

    assertThat(pairs.values()).startsWith("0-1", "0-2").endsWith("2-4", "3-4").hasSize(10);
    for (int s = 0; s < 5; s++) {
      for (int t = s + 1; t < 5; t++) {
        assertThat(pairs.get(s, t)).isEqualTo(s + "-" + t);
      }
    }
    assertThatThrownBy(() -> pairs.get(2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no pair (2, 1) of 5");
  }

  @Test
  void scatter_ofAConstantUnit_isNeverNegative() {
    try (TensorBackend backend = new ReferenceBackend();
        TensorScope scope = backend.newScope();
        SumAccumulator sums = scope.sums(1)) {
      float[] tenths = new float[1000];
      java.util.Arrays.fill(tenths, 0.1f);
      sums.add(scope.tensor(HostTensor.wrap(Shape.of(1, 1, 1000), tenths)));

      assertThat(UnitSums.of(sums).scatter(0)).isBetween(0.0, 1e-12);
    }
  }

  private static Map<String, JointMoments> run(
      List<Model> models, Batches batches, TensorBackend backend) {
    return ActivationMatching.moments(
        models, Symmetry.derive(models.get(0).graph()), batches, backend, Progress.NONE);
  }

  private static double product(Plain a, int i, Plain b, int j) {
    double sum = 0;
    for (int n = 0; n < a.dim(0); n++) {
      for (int l = 0; l < a.positions(); l++) {
        sum += a.get(n, i, l) * b.get(n, j, l);
      }
    }
    return sum;
  }

  private static Offset<Double> tolerance() {
    return Offset.offset(TOLERANCE);
  }

  private static void assertClose(LayerMoments found, LayerMoments expected) {
    assertThat(found.gram().values()).containsExactly(expected.gram().values(), tolerance());
    assertThat(found.cross().values()).containsExactly(expected.cross().values(), tolerance());
    assertThat(found.inputs().sums()).containsExactly(expected.inputs().sums(), tolerance());
    assertThat(found.inputs().squares()).containsExactly(expected.inputs().squares(), tolerance());
    assertThat(found.targets().sums()).containsExactly(expected.targets().sums(), tolerance());
    assertThat(found.targets().count()).isEqualTo(expected.targets().count());
  }
}
