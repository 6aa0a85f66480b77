package dev.pleas.models.onnx;

import dev.pleas.models.onnx.Schema.AttributeFields;

/**
 * A constant of an operator.
 *
 * @param message an AttributeProto
 */
record Attribute(Message message) {
  static Attribute of(String name, float value) {
    return new Attribute(
        new Message()
            .text(AttributeFields.NAME, name)
            .real(AttributeFields.F, value)
            .number(AttributeFields.TYPE, AttributeFields.TYPE_FLOAT));
  }

  static Attribute of(String name, long value) {
    return new Attribute(
        new Message()
            .text(AttributeFields.NAME, name)
            .number(AttributeFields.I, value)
            .number(AttributeFields.TYPE, AttributeFields.TYPE_INT));
  }

  static Attribute list(String name, long... values) {
    Message message = new Message().text(AttributeFields.NAME, name);
    for (long value : values) {
      message.number(AttributeFields.INTS, value);
    }
    return new Attribute(message.number(AttributeFields.TYPE, AttributeFields.TYPE_INTS));
  }
}
