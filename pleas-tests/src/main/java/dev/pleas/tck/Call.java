package dev.pleas.tck;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.graph.Op;
import dev.pleas.api.graph.Window;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.List;

/**
 * One call of an operation, for rules that hold for them all.
 *
 * @param op its name
 * @param arguments what it is called with
 * @param body calls it
 */
record Call(String op, List<HostTensor> arguments, Body body) {
  /** Calls an operation. */
  interface Body {
    Tensor apply(TensorScope scope, List<Tensor> arguments);
  }

  /** Returns the arguments as new tensors of a scope. */
  List<Tensor> arguments(TensorScope scope) {
    return arguments.stream().map(scope::tensor).toList();
  }

  /** Makes arguments and result in one scope. */
  Tensor in(TensorScope scope) {
    return body.apply(scope, arguments(scope));
  }

  /** Returns the result. */
  HostTensor result(TensorScope scope) {
    return in(scope).toHost();
  }

  /** Returns a call of every operation, with small arguments that are easy to confuse. */
  static List<Call> all(Numbers numbers) {
    HostTensor image = numbers.normal(2, 4, 5, 6);
    HostTensor tokens = numbers.normal(3, 5, 4);
    HostTensor[] c = {numbers.normal(5), numbers.normal(5), numbers.normal(5)};
    HostTensor variance = numbers.positive(5);
    Window window = new Window(2, 3, 1, 2, 1, 0, 1, 1);
    return List.of(
        new Call(
            "conv2d",
            List.of(image, numbers.normal(6, 2, 2, 3), numbers.normal(6)),
            (s, t) -> s.conv2d(t.get(0), t.get(1), t.get(2), window, 2)),
        new Call(
            "linear",
            List.of(tokens, numbers.normal(7, 5), numbers.normal(7)),
            (s, t) -> s.linear(t.get(0), t.get(1), t.get(2))),
        new Call(
            "batchNorm",
            List.of(tokens, c[0], c[1], c[2], variance),
            (s, t) -> s.batchNorm(t.get(0), t.get(1), t.get(2), t.get(3), t.get(4), 1e-5)),
        new Call(
            "layerNorm",
            List.of(tokens, c[0], c[1]),
            (s, t) -> s.layerNorm(t.get(0), t.get(1), t.get(2), 1e-5)),
        new Call(
            "attention",
            List.of(numbers.normal(2, 6, 3), numbers.normal(2, 6, 5), numbers.normal(2, 4, 5)),
            (s, t) -> s.attention(t.get(0), t.get(1), t.get(2), 2, 0.5)),
        new Call("relu", List.of(tokens), (s, t) -> s.relu(t.get(0))),
        new Call("gelu", List.of(tokens), (s, t) -> s.gelu(t.get(0), Op.Gelu.Form.EXACT)),
        new Call("tanh", List.of(tokens), (s, t) -> s.tanh(t.get(0))),
        new Call(
            "add", List.of(tokens, numbers.normal(3, 5, 4)), (s, t) -> s.add(t.get(0), t.get(1))),
        new Call("scale", List.of(tokens), (s, t) -> s.scale(t.get(0), -0.3f)),
        new Call("maxPool2d", List.of(image), (s, t) -> s.maxPool2d(t.get(0), window)),
        new Call("globalAveragePool", List.of(image), (s, t) -> s.globalAveragePool(t.get(0))),
        new Call("unfold", List.of(image), (s, t) -> s.unfold(t.get(0), window)),
        new Call(
            "unfold of positions",
            List.of(image),
            (s, t) -> s.unfold(t.get(0), window, new int[] {7, 0, 7})),
        new Call("reshape", List.of(tokens), (s, t) -> s.reshape(t.get(0), Shape.of(12, 5))),
        new Call(
            "gather", List.of(tokens), (s, t) -> s.gather(t.get(0), 1, new int[] {4, 0, 1, 4})),
        new Call(
            "concat",
            List.of(tokens, numbers.normal(3, 2, 4)),
            (s, t) -> s.concat(1, List.of(t.get(0), t.get(1)))),
        new Call("sigmoid", List.of(tokens), (s, t) -> s.sigmoid(t.get(0))),
        new Call("clip", List.of(tokens), (s, t) -> s.clip(t.get(0), -0.5f, 0.3f)),
        new Call(
            "multiply",
            List.of(tokens, numbers.normal(3, 5, 4)),
            (s, t) -> s.multiply(t.get(0), t.get(1))));
  }
}
