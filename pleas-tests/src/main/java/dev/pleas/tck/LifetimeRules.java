package dev.pleas.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

/** Who owns what, and when it ends. */
abstract class LifetimeRules extends RefusalRules {
  @Test
  void required_tensor501_closingTwiceDoesNothing() {
    TensorBackend other = create();
    TensorScope inner = other.newScope();
    List<AutoCloseable> resources =
        List.of(inner.tensor(numbers.normal(2)), inner.gram(2, 2), inner.sums(2), inner, other);
    for (AutoCloseable each : resources) {
      assertDoesNotThrow(each::close, () -> "the first close of " + name(each));
      assertDoesNotThrow(each::close, () -> "the second close of " + name(each));
    }
    assertEquals(0, other.memoryBytes(), "memoryBytes() after everything was closed twice");
  }

  private static String name(AutoCloseable each) {
    return each.getClass().getSimpleName();
  }

  @Test
  void required_tensor502_closedTensorsKeepTheirShape() {
    Tensor x = tensor(numbers.normal(2, 3));
    x.close();
    assertEquals(Shape.of(2, 3), x.shape(), "shape() of a closed tensor");
  }

  @Test
  void required_tensor503_closingAScopeClosesWhatItMade() {
    TensorScope inner = backend().newScope();
    List<Tensor> made = new ArrayList<>();
    for (Call call : Call.all(numbers)) {
      made.add(call.in(inner));
    }
    GramAccumulator gram = inner.gram(2, 2);
    SumAccumulator sums = inner.sums(2);
    inner.close();
    Class<IllegalStateException> state = IllegalStateException.class;
    for (Tensor each : made) {
      assertRefused(state, "toHost of " + each.shape() + " after its scope closed", each::toHost);
    }
    assertRefused(state, "toMatrix after its scope closed", gram::toMatrix);
    assertRefused(state, "sums after its scope closed", sums::sums);
  }

  @Test
  void required_tensor504_closingABackendClosesEverything() {
    TensorBackend other = create();
    TensorScope inner = other.newScope();
    Tensor x = inner.tensor(numbers.normal(2));
    GramAccumulator gram = inner.gram(2, 2);
    gram.add(inner.tensor(numbers.normal(1, 2)), inner.tensor(numbers.normal(1, 2)));
    other.close();
    Class<IllegalStateException> state = IllegalStateException.class;
    assertRefused(state, "toHost after the backend closed", x::toHost);
    assertRefused(state, "toMatrix after the backend closed", gram::toMatrix);
    assertRefused(state, "newScope after the backend closed", other::newScope);
    assertEquals(0, other.memoryBytes(), "memoryBytes() after the backend closed");
  }

  @Test
  void required_tensor505_scopesEndIndependently() {
    TensorScope first = backend().newScope();
    TensorScope second = backend().newScope();
    HostTensor host = numbers.normal(2, 3);
    Tensor a = first.tensor(host);
    Tensor b = second.tensor(host);
    first.close();
    assertRefused(IllegalStateException.class, "toHost of a tensor of the closed scope", a::toHost);
    assertBits("a tensor of the scope that is open", host, b.toHost());
    second.close();
    assertBits("a tensor made after two scopes closed", host, tensor(host).toHost());
  }

  @Test
  void required_tensor506_resultsOutliveTheirArguments() {
    for (Call call : Call.all(numbers)) {
      try (TensorScope inner = backend().newScope()) {
        List<Tensor> arguments = call.arguments(inner);
        Tensor result = call.body().apply(scope(), arguments);
        HostTensor before = result.toHost();
        arguments.forEach(Tensor::close);
        // Whatever was freed is written over now.
        Tensor other = inner.tensor(numbers.normal(before.shape().dims()));
        inner.scale(other, 2);
        assertBits(call.op() + " after its arguments were closed", before, result.toHost());
      }
    }
  }

  @Test
  void required_tensor507_argumentsOutliveTheirResults() {
    for (Call call : Call.all(numbers)) {
      List<Tensor> arguments = call.arguments(scope());
      call.body().apply(scope(), arguments).close();
      for (int i = 0; i < arguments.size(); i++) {
        assertBits(
            "argument " + i + " of " + call.op() + " after the result was closed",
            call.arguments().get(i),
            arguments.get(i).toHost());
      }
    }
  }

  @Test
  void required_tensor508_argumentsAreNotModified() {
    for (Call call : Call.all(numbers)) {
      List<Tensor> arguments = call.arguments(scope());
      call.body().apply(scope(), arguments);
      for (int i = 0; i < arguments.size(); i++) {
        assertBits(
            "argument " + i + " of " + call.op(),
            call.arguments().get(i),
            arguments.get(i).toHost());
      }
    }
  }

  @Test
  void required_tensor509_hostTensorsAreCopied() {
    float[] values = {1, 2};
    HostTensor original = Numbers.of(Shape.of(2), 1, 2);
    Tensor x = tensor(HostTensor.wrap(Shape.of(2), values));
    values[0] = 9;
    assertBits("a tensor after the array that it was made of changed", original, x.toHost());
    x.toHost().values()[1] = 9;
    assertBits("a tensor after what toHost returned changed", original, x.toHost());
  }

  @Test
  void required_tensor510_indicesAreCopied() {
    Tensor x = tensor(Numbers.of(Shape.of(3), 5, 6, 7));
    int[] indices = {2, 0};
    Tensor y = scope().gather(x, 0, indices);
    indices[0] = 1;
    HostTensor expected = Numbers.of(Shape.of(2), 7, 5);
    assertBits("gather after its indices changed", expected, y.toHost());
  }

  @Test
  void required_tensor511_closedAccumulatorsAreRefused() {
    GramAccumulator gram = scope().gram(2, 2);
    SumAccumulator sums = scope().sums(2);
    Tensor x = tensor(numbers.normal(1, 2));
    gram.close();
    sums.close();
    Class<IllegalStateException> state = IllegalStateException.class;
    assertRefused(state, "add to a closed Gram accumulator", () -> gram.add(x, x));
    assertRefused(state, "toMatrix of a closed Gram accumulator", gram::toMatrix);
    assertRefused(state, "add to a closed sum accumulator", () -> sums.add(x));
    assertRefused(state, "count of a closed sum accumulator", sums::count);
    assertRefused(state, "sums of a closed sum accumulator", sums::sums);
    assertRefused(state, "squares of a closed sum accumulator", sums::squares);
  }

  @Test
  void required_tensor512_memoryCountsWhatIsOpen() {
    long before = backend().memoryBytes();
    Tensor x = tensor(numbers.normal(100, 101));
    long tensor = backend().memoryBytes() - before;
    assertTrue(tensor >= 40_400, () -> "memoryBytes() grew by " + tensor + " for 40400 bytes");
    GramAccumulator gram = scope().gram(101, 101);
    gram.add(x, x);
    long sum = backend().memoryBytes() - before - tensor;
    assertTrue(sum >= 81_608, () -> "memoryBytes() grew by " + sum + " for 101×101 sums");
  }

  @Test
  void required_tensor513_memoryIsFreeWhenNoScopeIsOpen() {
    try (TensorBackend other = create()) {
      long before = other.memoryBytes();
      for (int round = 1; round <= 3; round++) {
        TensorScope outer = other.newScope();
        try (TensorScope inner = other.newScope()) {
          for (Call call : Call.all(numbers)) {
            call.in(inner);
            call.in(outer).close();
          }
          GramAccumulator gram = inner.gram(4, 4);
          Tensor x = inner.tensor(numbers.normal(2, 4, 3));
          gram.add(x, x);
          gram.add(x, inner.tensor(numbers.normal(2, 4, 3)));
          SumAccumulator sums = outer.sums(4);
          sums.add(x);
          assertRefused(
              RuntimeException.class,
              "add",
              () -> inner.add(x, inner.tensor(numbers.normal(1, 4))));
        }
        outer.close();
        assertEquals(before, other.memoryBytes(), "memoryBytes() after all scopes closed");
      }
    }
  }

  @Test
  void recommended_tensor514_closedTensorsMakeRoomForOthers() {
    long most = 0;
    for (int i = 0; i < 20; i++) {
      Tensor x = tensor(numbers.normal(2, 4, 20, 20));
      Tensor w = tensor(numbers.normal(4, 4, 3, 3));
      Tensor y = scope().conv2d(x, w, null, Window.square(3, 1, 1), 1);
      List.of(x, w, y).forEach(Tensor::close);
      most = i == 1 ? backend().memoryBytes() : most;
    }
    long last = backend().memoryBytes();
    recommend(
        last <= most,
        "memoryBytes() grew from "
            + most
            + " to "
            + last
            + " though every tensor was closed before the next was made");
  }
}
