package dev.pleas.cpu.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.pleas.api.backend.GramAccumulator;
import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Lifetimes, ownership, memory, and what is refused. */
public abstract class OwnershipTests extends BackendTest {
  @Test
  void tensor_closed_keepsItsShapeAndRefusesUse() {
    Tensor x = scope.tensor(random(2, 3));
    x.close();
    x.close();
    assertThat(x.shape()).isEqualTo(Shape.of(2, 3));
    assertThatThrownBy(x::toHost)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("tensor [2, 3] is closed");
    assertThatThrownBy(() -> scope.relu(x))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("tensor [2, 3] is closed");
  }

  @Test
  void scope_closed_closesItsTensorsAndRefusesMore() {
    TensorScope inner = backend.newScope();
    Tensor x = inner.tensor(random(2));
    GramAccumulator gram = inner.gram(2, 2);
    inner.close();
    inner.close();
    assertThatThrownBy(x::toHost).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(gram::toMatrix).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> inner.tensor(random(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the scope is closed");
    assertThatThrownBy(() -> inner.sums(2)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void arguments_ofAnotherScope_stayThere() {
    TensorScope inner = backend.newScope();
    Tensor x = inner.tensor(host(new float[] {-1, 2}, 2));
    Tensor y = scope.relu(x);
    Tensor z = scope.reshape(x, Shape.of(1, 2));
    inner.close();
    assertThat(values(y)).containsExactly(0, 2);
    assertThat(values(z)).containsExactly(-1, 2);
  }

  @Test
  void arguments_ofAnotherBackend_refused() {
    try (TensorBackend other = newBackend();
        TensorScope foreign = other.newScope()) {
      Tensor x = foreign.tensor(random(2, 3));
      assertThatThrownBy(() -> scope.relu(x))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("tensor [2, 3] belongs to another backend; copy it with toHost()");
    }
  }

  @Test
  void backend_closed_closesEverything() {
    TensorBackend other = newBackend();
    Tensor x = other.newScope().tensor(random(2));
    other.close();
    other.close();
    assertThat(other.memoryBytes()).isZero();
    assertThatThrownBy(x::toHost).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(other::newScope)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the backend is closed");
  }

  @Test
  void hostTensors_changedLater_areCopies() {
    float[] values = {1, 2};
    Tensor x = scope.tensor(host(values, 2));
    values[0] = 9;
    assertThat(values(x)).containsExactly(1, 2);
    x.toHost().values()[1] = 9;
    assertThat(values(x)).containsExactly(1, 2);
  }

  @Test
  void memoryBytes_tensorsAndAccumulators_counted() {
    Tensor x = scope.tensor(random(100, 100));
    assertThat(backend.memoryBytes()).isGreaterThanOrEqualTo(40_000);
    GramAccumulator gram = scope.gram(100, 100);
    long before = backend.memoryBytes();
    gram.add(x, x);
    assertThat(backend.memoryBytes()).isGreaterThanOrEqualTo(before + 80_000);
    gram.close();
  }

  @Test
  void memoryBytes_sameWorkAgain_isStable() {
    long first = 0;
    for (int run = 0; run < 5; run++) {
      try (TensorScope inner = backend.newScope()) {
        Tensor x = inner.tensor(random(4, 8, 20, 20));
        Tensor w = inner.tensor(random(8, 8, 3, 3));
        Tensor y = inner.conv2d(x, w, null, Window.square(3, 1, 1), 1);
        inner.add(x, y).close();
        GramAccumulator gram = inner.gram(8, 8);
        gram.add(x, y);
        first = run == 0 ? backend.memoryBytes() : first;
        assertThat(backend.memoryBytes()).isEqualTo(first);
      }
    }
  }

  @Test
  void scopes_ofSeveralThreads_sameResultsAsOne() {
    assumeThat(backend.concurrent()).isTrue();
    HostTensor x = random(4, 8, 20, 20);
    HostTensor w = random(8, 8, 3, 3);
    float[] expected = convolved(x, w);
    List<float[]> found = IntStream.range(0, 16).parallel().mapToObj(i -> convolved(x, w)).toList();
    assertThat(found).allSatisfy(y -> assertThat(y).isEqualTo(expected));
  }

  private float[] convolved(HostTensor x, HostTensor w) {
    try (TensorScope inner = backend.newScope()) {
      return values(
          inner.conv2d(inner.tensor(x), inner.tensor(w), null, Window.square(3, 1, 1), 1));
    }
  }

  @Test
  void conv2d_wrongShapes_refused() {
    Tensor x = scope.tensor(random(2, 4, 5, 5));
    Window window = Window.square(3, 1, 1);
    assertRefused(
        () -> scope.conv2d(x, scope.tensor(random(6, 3, 3, 3)), null, window, 1),
        "conv2d: expected weight [6, 4, 3, 3], found [6, 3, 3, 3]");
    assertRefused(
        () -> scope.conv2d(x, scope.tensor(random(6, 4, 3, 3)), scope.tensor(random(5)), window, 1),
        "conv2d: expected bias [6], found [5]");
    assertRefused(
        () -> scope.conv2d(x, scope.tensor(random(6, 4, 3, 3)), null, window, 3),
        "conv2d: groups must divide input channels and filters, found 3 groups for input"
            + " [2, 4, 5, 5] and weight [6, 4, 3, 3]");
    assertRefused(
        () -> scope.conv2d(scope.tensor(random(2, 4)), x, null, window, 1),
        "conv2d: expected input [N, C, H, W], found [2, 4]");
    Window large = Window.square(9, 1, 1);
    assertRefused(
        () -> scope.conv2d(x, scope.tensor(random(1, 4, 9, 9)), null, large, 1),
        "conv2d: the window does not fit into input [2, 4, 5, 5], padding included: " + large);
  }

  @Test
  void otherOperations_wrongShapes_refused() {
    Tensor image = scope.tensor(random(2, 4, 5, 5));
    Tensor matrix = scope.tensor(random(2, 3));
    Tensor four = scope.tensor(random(4));
    assertRefused(
        () -> scope.linear(matrix, scope.tensor(random(5, 4)), null),
        "linear: expected weight [5, 3], found [5, 4]");
    assertRefused(
        () -> scope.batchNorm(matrix, four, four, four, four, 1e-5),
        "batchNorm: expected weight [3], found [4]");
    assertRefused(
        () -> scope.batchNorm(four, four, four, four, four, 1e-5),
        "batchNorm: expected input [N, C, …], found [4]");
    assertRefused(
        () -> scope.add(image, matrix), "add: expected second operand [2, 4, 5, 5], found [2, 3]");
    assertRefused(
        () -> scope.maxPool2d(matrix, Window.square(2, 2, 0)),
        "maxPool2d: expected input [N, C, H, W], found [2, 3]");
    assertRefused(
        () -> scope.globalAveragePool(scope.tensor(random(2, 3, 0, 4))),
        "globalAveragePool: expected input [N, C, …] with at least one position, found"
            + " [2, 3, 0, 4]");
    assertRefused(
        () -> scope.reshape(matrix, Shape.of(7)), "reshape: [2, 3] has 6 elements, [7] has 7");
    assertRefused(() -> scope.gather(matrix, 2, new int[0]), "gather: no axis 2 in [2, 3]");
    assertRefused(
        () -> scope.concat(0, List.of(matrix, four)),
        "concat: part 1 is [4], which differs from part 0, [2, 3], in more than axis 0");
    assertThatThrownBy(() -> scope.gather(matrix, 1, new int[] {0, 3}))
        .isInstanceOf(IndexOutOfBoundsException.class)
        .hasMessage("gather: entry 1 of the indices is 3, axis 1 of [2, 3] has indices 0 … 2");
    assertThatThrownBy(() -> scope.concat(0, List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("concat: no parts");
  }

  private static void assertRefused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(ShapeException.class).hasMessage(message);
  }
}
