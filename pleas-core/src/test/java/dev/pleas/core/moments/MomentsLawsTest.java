package dev.pleas.core.moments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Graph;
import dev.pleas.api.merge.Progress;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.core.alignment.ActivationMatching;
import dev.pleas.core.oracle.RandomNetworks;
import dev.pleas.core.oracle.RandomSamples;
import dev.pleas.core.symmetry.Symmetry;
import dev.pleas.tck.reference.Plain;
import dev.pleas.tck.reference.PlainNetwork;
import dev.pleas.tck.reference.ReferenceBackend;
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
  void crossMoments_anySplitAndBatchSize_addUp(
      @ForAll @IntRange(min = 1, max = 19) int at, @ForAll @IntRange(min = 1, max = 20) int batch) {
    Graph graph = RandomNetworks.resNet(3, 4);
    RandomSamples all = new RandomSamples(7, 20, RandomNetworks.input());
    Model a = RandomNetworks.weights(graph, 8, all);
    Model b = RandomNetworks.weights(graph, 9, all);
    try (TensorBackend backend = new ReferenceBackend()) {
      Map<String, CrossMoments> whole = run(a, b, new Batches(all, 20), backend);
      Map<String, CrossMoments> left = run(a, b, new Batches(new Part(all, 0, at), batch), backend);
      Map<String, CrossMoments> right =
          run(a, b, new Batches(new Part(all, at, 20), batch), backend);
      assertThat(backend.memoryBytes()).isZero();
      assertThat(whole).hasSizeGreaterThan(2);
      whole.forEach(
          (tap, m) -> {
            CrossMoments sum = left.get(tap).plus(right.get(tap));
            // Sums of up to a thousand products of about 1.
            Offset<Double> offset = Offset.offset(1e-9);
            assertThat(sum.cross().values()).containsExactly(m.cross().values(), offset);
            assertThat(sum.a().sums()).containsExactly(m.a().sums(), offset);
            assertThat(sum.b().squares()).containsExactly(m.b().squares(), offset);
            assertThat(sum.a().count()).isEqualTo(m.a().count());
          });
    }
  }

  @Test
  void crossMoments_ofATap_areThoseOfItsActivations() {
    Graph graph = RandomNetworks.resNet(3, 4);
    RandomSamples all = new RandomSamples(7, 6, RandomNetworks.input());
    Model a = RandomNetworks.weights(graph, 8, all);
    Model b = RandomNetworks.weights(graph, 9, all);
    try (TensorBackend backend = new ReferenceBackend()) {
      Map<String, CrossMoments> found = run(a, b, new Batches(all, 4), backend);
      Map<String, Plain> inA = PlainNetwork.values(a, all);
      Map<String, Plain> inB = PlainNetwork.values(b, all);
      found.forEach(
          (tap, m) ->
              // Activations of the backend are float32, each within 1e-6 of these.
              assertThat(m.cross().get(0, 1))
                  .as(tap)
                  .isCloseTo(
                      product(inA.get(tap), 0, inB.get(tap), 1),
                      Offset.offset(1e-5 * Math.sqrt(m.a().squares()[0] * m.b().squares()[1]))));
    }
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

  private static Map<String, CrossMoments> run(
      Model a, Model b, Batches batches, TensorBackend backend) {
    return ActivationMatching.moments(
        a, b, Symmetry.derive(a.graph()), batches, backend, Progress.NONE);
  }

  /** Some of the samples. */
  private record Part(RandomSamples all, int from, int to) implements dev.pleas.api.data.Samples {
    @Override
    public int count() {
      return to - from;
    }

    @Override
    public Shape shape() {
      return all.shape();
    }

    @Override
    public HostTensor read(int first, int last) {
      return all.read(from + first, from + last);
    }
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
