package dev.pleas.models.onnx;

import dev.pleas.api.tensor.Shape;
import dev.pleas.models.onnx.Schema.GraphFields;
import dev.pleas.models.onnx.Schema.NodeFields;
import dev.pleas.models.onnx.Schema.TensorFields;
import dev.pleas.models.onnx.Schema.TypeFields;
import dev.pleas.models.onnx.Schema.ValueFields;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A GraphProto that grows node by node, with the constants that the nodes need. */
final class OnnxGraph {
  private final Message message = new Message();
  private final Names names = new Names();
  private final Map<String, String> constants = new HashMap<>();

  OnnxGraph(String name) {
    message.text(GraphFields.NAME, name);
  }

  /** Returns a name that nothing else has: {@code wanted} if possible. */
  String name(String wanted) {
    return names.take(wanted);
  }

  /**
   * @param type of the elements, one of {@link TensorFields}
   */
  void input(String name, Shape withoutBatch, int type) {
    message.message(GraphFields.INPUT, value(name, withoutBatch, type));
  }

  void output(String name, Shape withoutBatch) {
    message.message(GraphFields.OUTPUT, value(name, withoutBatch, TensorFields.FLOAT));
  }

  private static Message value(String name, Shape withoutBatch, int type) {
    Message shape = new Message();
    shape.message(TypeFields.SHAPE_DIM, new Message().text(TypeFields.DIM_PARAM, OnnxWriter.BATCH));
    for (int dim : withoutBatch.dims()) {
      shape.message(TypeFields.SHAPE_DIM, new Message().number(TypeFields.DIM_VALUE, dim));
    }
    Message tensor =
        new Message()
            .number(TypeFields.TENSOR_ELEM_TYPE, type)
            .message(TypeFields.TENSOR_SHAPE, shape);
    return new Message()
        .text(ValueFields.NAME, name)
        .message(ValueFields.TYPE, new Message().message(TypeFields.TENSOR_TYPE, tensor));
  }

  /** Adds an operator with one result. */
  void node(
      String name,
      String operator,
      List<String> inputs,
      String output,
      List<Attribute> attributes) {
    Message node = new Message();
    inputs.forEach(input -> node.text(NodeFields.INPUT, input));
    node.text(NodeFields.OUTPUT, output)
        .text(NodeFields.NAME, name)
        .text(NodeFields.OP_TYPE, operator);
    attributes.forEach(a -> node.message(NodeFields.ATTRIBUTE, a.message()));
    message.message(GraphFields.NODE, node);
  }

  /** Adds a weight, a TensorProto. */
  void initializer(Message tensor) {
    message.message(GraphFields.INITIALIZER, tensor);
  }

  /** Returns the name of a constant number; equal ones are one. */
  String number(float value) {
    return constants.computeIfAbsent(
        "constant " + value,
        wanted -> {
          String name = name(wanted);
          initializer(
              Tensors.header(name, TensorFields.FLOAT)
                  .floats(TensorFields.RAW_DATA, new float[] {value}));
          return name;
        });
  }

  /** Returns the name of a constant list of whole numbers, as axes and shapes are. */
  String integers(long... values) {
    return constants.computeIfAbsent(
        "constant " + Arrays.toString(values),
        wanted -> {
          String name = name(wanted);
          initializer(
              Tensors.header(name, TensorFields.INT64, values.length)
                  .integers(TensorFields.RAW_DATA, values));
          return name;
        });
  }

  /** Returns what was added so far. */
  Message message() {
    return message;
  }
}
