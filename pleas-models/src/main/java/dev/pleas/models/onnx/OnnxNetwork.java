package dev.pleas.models.onnx;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an ONNX model computes, without its weights.
 *
 * @param name of the graph
 * @param opset version of ONNX's operators
 * @param nodes in execution order
 * @param inputs what the network is given, weights excluded
 * @param outputs names of the results
 * @param constants small arrays of whole numbers by name, as shapes and axes are
 * @param numbers single real numbers by name, as bounds and factors are
 */
record OnnxNetwork(
    String name,
    long opset,
    List<OnnxNode> nodes,
    List<Input> inputs,
    List<String> outputs,
    Map<String, List<Long>> constants,
    Map<String, Double> numbers) {
  /**
   * An input.
   *
   * @param name of the value
   * @param dims lengths of its axes, batch included; −1 where they are not fixed
   */
  record Input(String name, List<Long> dims) {}

  /**
   * An operator and what it is applied to.
   *
   * @param name may be empty
   * @param operator type, after its domain and a dot where that is not ONNX's own
   * @param inputs names of values, empty where one is left out
   * @param outputs likewise
   * @param attributes its constants
   */
  record OnnxNode(
      String name,
      String operator,
      List<String> inputs,
      List<String> outputs,
      Map<String, Constant> attributes) {
    /** Returns an input's name, or null where it is left out. */
    @Nullable String input(int index) {
      return index < inputs.size() && !inputs.get(index).isEmpty() ? inputs.get(index) : null;
    }

    /** Returns a whole number among the attributes. */
    long number(String attribute, long otherwise) {
      @Nullable Constant constant = attributes.get(attribute);
      if (constant == null) {
        return otherwise;
      }
      return constant.numbers().isEmpty() ? 0 : constant.numbers().get(0); // zeros may be left out
    }

    /** Returns whole numbers among the attributes, or null. */
    @Nullable List<Long> numbers(String attribute) {
      @Nullable Constant constant = attributes.get(attribute);
      return constant == null ? null : constant.numbers();
    }

    /** Returns a real number among the attributes. */
    double real(String attribute, double otherwise) {
      @Nullable Constant constant = attributes.get(attribute);
      return constant == null || constant.real() == null ? otherwise : constant.real();
    }

    /** Returns a text among the attributes. */
    String text(String attribute, String otherwise) {
      @Nullable Constant constant = attributes.get(attribute);
      return constant == null || constant.text() == null ? otherwise : constant.text();
    }

    /** What to call it in messages. */
    String shown() {
      return name.isEmpty() ? String.join(", ", outputs) : name;
    }
  }

  /**
   * A constant of an operator; one of the three has something, or it is of a kind that no supported
   * operator has.
   *
   * @param numbers whole numbers
   * @param real a real number, or null
   * @param text a text, or null
   */
  record Constant(List<Long> numbers, @Nullable Double real, @Nullable String text) {}
}
