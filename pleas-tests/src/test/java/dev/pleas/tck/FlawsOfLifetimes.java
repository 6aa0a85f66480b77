package dev.pleas.tck;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.tensor.HostTensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Tensors, scopes and memory that end too early, too late or never. */
final class FlawsOfLifetimes extends Flaws {
  @Override
  void list() {

    flaws(
        501,
        "Unexpected exception thrown: java.lang.IllegalStateException: closed already",
        () -> {
          Set<Object> closed = new HashSet<>();
          return Map.of(
              "GramAccumulator.close",
              c -> {
                if (!closed.add(c.target())) {
                  throw new IllegalStateException("closed already");
                }
                return c.proceed();
              });
        });
    flaw(
        502,
        "Tensor.shape",
        "tensor [2, 3] is closed",
        c -> ((Tensor) c.target()).toHost().shape());
    flaw(
        503,
        "TensorScope.close",
        "toHost of [2, 6, 6, 2] after its scope closed: expected IllegalStateException, but it was not refused",
        c -> null);
    flaw(
        504,
        "TensorBackend.close",
        "toHost after the backend closed: expected IllegalStateException, but it was not refused",
        c -> null);
    flaw(
        505,
        "TensorScope.close",
        "tensor [2, 3] is closed",
        c -> {
          c.backend().close();
          return null;
        });
    scope(506, "scale", "tensor [3, 5, 4] is closed", c -> c.tensor(0));
    scope(507, "gelu", "tensor [3, 5, 4] is closed", c -> c.tensor(0));
    flaws(
        508,
        "argument 0 of relu",
        () -> {
          Set<Object> overwritten = new HashSet<>();
          return Map.of(
              "TensorScope.relu",
              c -> {
                overwritten.add(c.arguments()[0]);
                return c.proceed();
              },
              "Tensor.toHost",
              c -> {
                HostTensor host = (HostTensor) c.proceed();
                return overwritten.contains(c.target())
                    ? Interception.map(host, v -> Math.max(v, 0))
                    : host;
              });
        });
    flaws(
        509,
        "a tensor after the array that it was made of changed",
        () -> {
          Map<Object, Object> shared = new HashMap<>();
          return Map.of(
              "TensorScope.tensor",
              c -> {
                Object tensor = c.proceed();
                shared.put(tensor, c.arguments()[0]);
                return tensor;
              },
              "Tensor.toHost",
              c -> {
                Object copy = c.proceed();
                return shared.getOrDefault(c.target(), copy);
              });
        });
    flaws(
        510,
        "gather after its indices changed",
        () -> {
          Map<Object, Interception> late = new HashMap<>();
          return Map.of(
              "TensorScope.gather",
              c -> {
                Object tensor = c.proceed();
                late.put(tensor, c);
                return tensor;
              },
              "Tensor.toHost",
              c -> {
                Interception gather = late.get(c.target());
                return gather == null ? c.proceed() : ((Tensor) gather.proceed()).toHost();
              });
        });
    flaw(
        511,
        "GramAccumulator.close",
        "add to a closed Gram accumulator: expected IllegalStateException, but it was not refused",
        c -> null);
    flaw(512, "TensorBackend.memoryBytes", "memoryBytes() grew by 0 for 40400 bytes", c -> 0L);
    flaws(
        513,
        "memoryBytes() after all scopes closed",
        () -> {
          long[] most = new long[1];
          return Map.of(
              "TensorBackend.memoryBytes",
              c -> most[0] = Math.max(most[0], (long) c.proceed()),
              "TensorScope.close",
              c -> {
                most[0] = Math.max(most[0], c.backend().memoryBytes());
                return c.proceed();
              });
        });
    flaw(514, "Tensor.close", "memoryBytes()", c -> null);
  }
}
