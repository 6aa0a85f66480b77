package dev.pleas.models.onnx;

import dev.pleas.api.tensor.HostTensor;
import dev.pleas.models.onnx.Schema.TensorFields;

/** Writes arrays as TensorProtos. */
final class Tensors {
  private Tensors() {}

  /** Returns name, type and shape; where the elements are is to be added. */
  static Message header(String name, int type, int... dims) {
    Message tensor = new Message();
    for (int dim : dims) {
      tensor.number(TensorFields.DIMS, dim);
    }
    return tensor.number(TensorFields.DATA_TYPE, type).text(TensorFields.NAME, name);
  }

  /** Returns a tensor with its elements in the message. */
  static Message inline(String name, HostTensor tensor) {
    return header(name, TensorFields.FLOAT, tensor.shape().dims())
        .floats(TensorFields.RAW_DATA, tensor.values());
  }
}
