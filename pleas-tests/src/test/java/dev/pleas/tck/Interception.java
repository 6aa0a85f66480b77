package dev.pleas.tck;

import dev.pleas.api.backend.Tensor;
import dev.pleas.api.backend.TensorBackend;
import dev.pleas.api.backend.TensorScope;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.function.DoubleUnaryOperator;

/**
 * A call of the reference backend on its way.
 *
 * @param backend the reference backend
 * @param target what is called
 * @param method the method
 * @param arguments what it is called with; may be changed
 */
@SuppressWarnings("ArrayRecordComponent")
record Interception(TensorBackend backend, Object target, Method method, Object[] arguments) {
  /** Does what was asked for, with the arguments as they are now. */
  Object proceed() throws Throwable {
    try {
      return method.invoke(target, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  /** Replaces an argument and does what was asked for. */
  Object proceedWith(int index, Object argument) throws Throwable {
    arguments[index] = argument;
    return proceed();
  }

  TensorScope scope() {
    return (TensorScope) target;
  }

  /** Returns an argument as a tensor, which it is. */
  Tensor tensor(int index) {
    return (Tensor) arguments[index];
  }

  Shape shape(int index) {
    return tensor(index).shape();
  }

  /** Does what was asked for and changes every element of the result. */
  Tensor changed(DoubleUnaryOperator change) throws Throwable {
    return scope().tensor(map(((Tensor) proceed()).toHost(), change));
  }

  /** Does what was asked for with the first argument changed in every element. */
  Object onChanged(DoubleUnaryOperator change) throws Throwable {
    return proceedWith(0, scope().tensor(map(tensor(0).toHost(), change)));
  }

  /** Does what was asked for, and is off by a thousandth in the last element. */
  Tensor nudged() throws Throwable {
    return nudged(scope(), (Tensor) proceed());
  }

  /** Does what was asked for, and is off in the last element if a condition holds. */
  Object nudgedIf(boolean condition) throws Throwable {
    return condition ? nudged() : proceed();
  }

  static Tensor nudged(TensorScope scope, Tensor tensor) {
    float[] values = tensor.toHost().values().clone();
    if (values.length > 0) {
      values[values.length - 1] += 1e-3f * (1 + Math.abs(values[values.length - 1]));
    }
    return scope.tensor(HostTensor.wrap(tensor.shape(), values));
  }

  static HostTensor map(HostTensor host, DoubleUnaryOperator change) {
    float[] values = host.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) change.applyAsDouble(values[i]);
    }
    return HostTensor.wrap(host.shape(), values);
  }
}
