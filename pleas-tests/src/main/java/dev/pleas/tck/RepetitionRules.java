package dev.pleas.tck;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.SumAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.opentest4j.TestAbortedException;

/** The same calls give the same bits: again, in a new backend, and beside other threads. */
abstract class RepetitionRules extends MomentRules {
  /** Calls everything with data of this seed, some of it large enough for several threads. */
  private static List<HostTensor> work(TensorBackend backend, long seed) {
    Numbers numbers = new Numbers(seed);
    List<HostTensor> results = new ArrayList<>();
    try (TensorScope scope = backend.newScope()) {
      for (Call call : Call.all(numbers)) {
        results.add(call.result(scope));
      }
      Tensor x = scope.tensor(numbers.normal(3, 19, 28, 28));
      Tensor w = scope.tensor(numbers.normal(37, 19, 3, 3));
      Tensor y = scope.conv2d(x, w, null, Window.square(3, 1, 1), 1);
      results.add(y.toHost());
      Tensor tokens = scope.reshape(y, Shape.of(3, 37, 784));
      Tensor matrix = scope.tensor(numbers.normal(65, 37));
      results.add(scope.linear(tokens, matrix, null).toHost());
      results.add(scope.globalAveragePool(y).toHost());
      GramAccumulator gram = scope.gram(37, 37);
      gram.add(tokens, tokens);
      gram.add(tokens, y);
      results.add(halves(gram.toMatrix().values()));
      SumAccumulator sums = scope.sums(37);
      sums.add(y);
      results.add(halves(sums.sums()));
      results.add(halves(sums.squares()));
    }
    return results;
  }

  /** Two float32 numbers for each float64 number, upper and lower half of its bits. */
  private static HostTensor halves(double[] values) {
    float[] halves = new float[2 * values.length];
    for (int i = 0; i < values.length; i++) {
      long bits = Double.doubleToRawLongBits(values[i]);
      halves[2 * i] = Float.intBitsToFloat((int) (bits >>> 32));
      halves[2 * i + 1] = Float.intBitsToFloat((int) bits);
    }
    return HostTensor.wrap(Shape.of(values.length, 2), halves);
  }

  private static void assertSame(String when, List<HostTensor> first, List<HostTensor> again) {
    for (int i = 0; i < first.size(); i++) {
      assertBits("result " + i + " " + when, first.get(i), again.get(i));
    }
  }

  @Test
  void required_tensor701_sameCallsGiveTheSameBits() {
    List<HostTensor> first = work(backend(), 1);
    for (int round = 2; round <= 4; round++) {
      assertSame("in round " + round, first, work(backend(), 1));
    }
  }

  @Test
  void required_tensor702_newBackendsGiveTheSameBits() {
    List<HostTensor> first = work(backend(), 2);
    try (TensorBackend other = create()) {
      work(other, 3);
      assertSame("in a new backend, after other work", first, work(other, 2));
    }
  }

  @Test
  void required_tensor703_threadsGiveTheSameBitsWhereConcurrencyIsDeclared()
      throws InterruptedException {
    if (!backend().concurrent()) {
      throw new TestAbortedException("concurrent() is false: scopes are used one at a time");
    }
    List<List<HostTensor>> alone = new ArrayList<>();
    for (int i = 0; i < Parallel.THREADS; i++) {
      alone.add(work(backend(), i));
    }
    for (int round = 0; round < 3; round++) {
      Parallel.run(i -> assertSame("beside three other threads", alone.get(i), work(backend(), i)));
    }
  }
}
