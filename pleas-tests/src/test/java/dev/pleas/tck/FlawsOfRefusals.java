package dev.pleas.tck;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.error.ShapeException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.tck.Flawed.Flaw;
import java.util.Arrays;
import java.util.List;

/** Bad arguments that are taken, or refused in the wrong way. */
final class FlawsOfRefusals extends Flaws {
  @Override
  void list() {

    scope(
        401,
        "conv2d",
        "conv2d with a bias of another length: expected ShapeException, but it was not refused",
        c ->
            c.arguments()[2] != null && !c.shape(2).equals(Shape.of(c.shape(1).dim(0)))
                ? c.proceedWith(2, null)
                : c.proceed());
    scope(
        402,
        "linear",
        "linear: the message \"linear: the shapes do not fit\" must say 3]",
        refused(
            c -> {
              throw new ShapeException("linear: the shapes do not fit");
            }));
    scope(
        403,
        "batchNorm",
        "batchNorm: expected ShapeException, but it was not refused",
        refused(c -> c.scope().scale(c.tensor(0), 1)));
    scope(
        404,
        "attention",
        "attention: expected ShapeException, found java.lang.IllegalArgumentException: attention: the shapes do not fit",
        refused(
            c -> {
              throw new IllegalArgumentException("attention: the shapes do not fit");
            }));
    scope(
        405,
        "add",
        "add: expected ShapeException, but it was not refused",
        refused(
            c ->
                c.shape(1).dim(0) == 1
                    ? c.proceedWith(1, c.scope().gather(c.tensor(1), 0, new int[c.shape(0).dim(0)]))
                    : c.proceed()));
    scope(
        406,
        "maxPool2d",
        "maxPool2d: expected ShapeException, but it was not refused",
        refused(c -> zeros(c, Shape.of(c.shape(0).dim(0), c.shape(0).dim(1), 0, 0))));
    scope(
        407,
        "globalAveragePool",
        "globalAveragePool of [2, 3, 0, 4]: expected ShapeException, but it was not refused",
        refused(c -> zeros(c, Shape.of(c.shape(0).dim(0), 1))));
    scope(
        408,
        "reshape",
        "reshape: expected ShapeException, but it was not refused",
        refused(c -> zeros(c, (Shape) c.arguments()[1])));
    scope(
        409,
        "gather",
        "gather: expected IndexOutOfBoundsException, but it was not refused",
        c -> {
          int last = c.shape(0).dim((int) c.arguments()[1]) - 1;
          int[] indices = (int[]) c.arguments()[2];
          return c.proceedWith(
              2, Arrays.stream(indices).map(i -> Math.min(Math.max(i, 0), last)).toArray());
        });
    scope(
        410,
        "gather",
        "gather: expected ShapeException, but it was not refused",
        c -> (int) c.arguments()[1] == -1 ? c.proceedWith(1, c.shape(0).rank() - 1) : c.proceed());
    scope(
        411,
        "concat",
        "concat of no parts: expected IllegalArgumentException, but it was not refused",
        c -> ((List<?>) c.arguments()[1]).isEmpty() ? zeros(c, Shape.of(0)) : c.proceed());
    flaw(
        412,
        "GramAccumulator.add",
        "gram: expected ShapeException, but it was not refused",
        refused(c -> null));
    scope(
        413,
        "relu",
        "relu with a tensor of another backend as argument 0: expected IllegalArgumentException, but it was not refused",
        c -> c.proceedWith(0, c.scope().tensor(c.tensor(0).toHost())));
    flaw(
        414,
        "Tensor.close",
        "conv2d with a closed tensor as argument 0: expected IllegalStateException, but it was not refused",
        c -> null);
    flaw(
        415,
        "TensorScope.close",
        "conv2d in a closed scope: expected IllegalStateException, but it was not refused",
        c -> null);
    scope(
        416,
        "multiply",
        "multiply: expected ShapeException, but it was not refused",
        refused(
            c ->
                c.shape(1).dim(0) == 1
                    ? c.proceedWith(1, c.scope().gather(c.tensor(1), 0, new int[c.shape(0).dim(0)]))
                    : c.proceed()));
  }

  /** What is done where the reference finds that shapes do not fit. */
  private static Flaw refused(Flaw instead) {
    return call -> {
      try {
        return call.proceed();
      } catch (ShapeException e) {
        return instead.instead(call);
      }
    };
  }

  private static Tensor zeros(Interception call, Shape shape) {
    return call.scope().tensor(HostTensor.wrap(shape, new float[(int) shape.elements()]));
  }
}
