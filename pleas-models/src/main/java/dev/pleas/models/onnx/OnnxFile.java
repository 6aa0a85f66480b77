package dev.pleas.models.onnx;

import dev.pleas.api.error.CheckpointException;
import dev.pleas.models.onnx.OnnxNetwork.Constant;
import dev.pleas.models.onnx.OnnxNetwork.Input;
import dev.pleas.models.onnx.OnnxNetwork.OnnxNode;
import dev.pleas.models.onnx.Schema.AttributeFields;
import dev.pleas.models.onnx.Schema.GraphFields;
import dev.pleas.models.onnx.Schema.ModelFields;
import dev.pleas.models.onnx.Schema.NodeFields;
import dev.pleas.models.onnx.Schema.OperatorSetFields;
import dev.pleas.models.onnx.Schema.TypeFields;
import dev.pleas.models.onnx.Schema.ValueFields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads an ONNX model: its network, and where its weights are. Weights are not touched. */
final class OnnxFile {
  private static final String CONSTANT = "Constant";
  private static final String VALUE = "value";

  private final Path path;
  private final Map<String, OnnxTensor> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();
  private final List<OnnxNode> nodes = new ArrayList<>();
  private final List<Input> inputs = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();
  private String name = "";
  private long opset;
  private boolean hasGraph;

  private OnnxFile(Path path) {
    this.path = path;
  }

  /**
   * Reads a model.
   *
   * @param bytes all of the file, or all that is to be looked at
   * @throws CheckpointException if it is damaged or no ONNX model
   */
  static OnnxFile read(Path path, ByteBuffer bytes) {
    OnnxFile file = new OnnxFile(path);
    try {
      MessageReader model = MessageReader.of(bytes);
      while (model.next()) {
        file.readModel(model);
      }
    } catch (IOException e) {
      throw new CheckpointException(
          path + ": expected an ONNX model, found other or damaged bytes: " + e.getMessage(), e);
    }
    if (!file.hasGraph) {
      throw new CheckpointException(path + ": expected an ONNX model, found none: it has no graph");
    }
    file.separate();
    return file;
  }

  /**
   * Gives layers the weights of their own that they had: exporters store equal ones once, and
   * others by an Identity.
   */
  private void separate() {
    nodes.removeIf(
        node -> {
          boolean identity = node.operator().equals("Identity") && node.outputs().size() == 1;
          @Nullable OnnxTensor tensor = identity ? tensors.get(node.input(0)) : null;
          if (tensor == null) {
            return false;
          }
          add(tensor.named(node.outputs().get(0)));
          return true;
        });
  }

  /** Returns the weights and other constant arrays by name, in the order of the file. */
  Map<String, OnnxTensor> tensors() {
    return tensors;
  }

  /** Returns what the model says of itself. */
  Map<String, String> metadata() {
    return metadata;
  }

  /**
   * Returns what the model computes.
   *
   * @param constants small arrays of whole numbers by name
   * @param numbers single real numbers by name
   */
  OnnxNetwork network(Map<String, List<Long>> constants, Map<String, Double> numbers) {
    List<Input> given =
        inputs.stream().filter(input -> !tensors.containsKey(input.name())).toList();
    return new OnnxNetwork(
        name, opset, List.copyOf(nodes), given, List.copyOf(outputs), constants, numbers);
  }

  private void readModel(MessageReader model) throws IOException {
    switch (model.field()) {
      case ModelFields.GRAPH -> {
        hasGraph = true;
        model.message(this::readGraph);
      }
      case ModelFields.OPSET_IMPORT -> readOperatorSet(model);
      case ModelFields.METADATA_PROPS -> model.message(new OnnxTensor.Entry(metadata)::read);
      default -> model.skip();
    }
  }

  private void readOperatorSet(MessageReader model) throws IOException {
    String[] domain = {""};
    long[] version = {0};
    model.message(
        set -> {
          switch (set.field()) {
            case OperatorSetFields.DOMAIN -> domain[0] = set.text();
            case OperatorSetFields.VERSION -> version[0] = set.number();
            default -> set.skip();
          }
        });
    if (domain[0].isEmpty() || domain[0].equals("ai.onnx")) {
      opset = version[0];
    }
  }

  private void readGraph(MessageReader graph) throws IOException {
    switch (graph.field()) {
      case GraphFields.NODE -> readNode(graph);
      case GraphFields.NAME -> name = graph.text();
      case GraphFields.INITIALIZER -> {
        OnnxTensor.Reader reader = new OnnxTensor.Reader(path);
        graph.message(reader::read);
        add(reader.tensor("unnamed"));
      }
      case GraphFields.INPUT -> inputs.add(readValue(graph));
      case GraphFields.OUTPUT -> outputs.add(readValue(graph).name());
      default -> graph.skip();
    }
  }

  private void add(@Nullable OnnxTensor tensor) {
    // Texts and the like are no weights; an operator that needs one finds it missing.
    if (tensor != null && tensors.put(tensor.name(), tensor) != null) {
      throw new CheckpointException(
          path + ": two tensors are named " + tensor.name() + ": the file is damaged");
    }
  }

  private Input readValue(MessageReader graph) throws IOException {
    String[] called = {""};
    List<Long> dims = new ArrayList<>();
    graph.message(
        value -> {
          if (value.field() == ValueFields.NAME) {
            called[0] = value.text();
          } else if (value.field() == ValueFields.TYPE) {
            value.message(
                inField(
                    TypeFields.TENSOR_TYPE,
                    inField(
                        TypeFields.TENSOR_SHAPE,
                        inField(TypeFields.SHAPE_DIM, dim -> readDim(dim, dims)))));
          } else {
            value.skip();
          }
        });
    return new Input(called[0], List.copyOf(dims));
  }

  /**
   * Reads a message in one field, and skips others; a dimension begins as one that is not fixed.
   */
  private static MessageReader.Part inField(int field, MessageReader.Part inner) {
    return message -> {
      if (message.field() == field) {
        message.message(inner);
      } else {
        message.skip();
      }
    };
  }

  private static void readDim(MessageReader dim, List<Long> dims) throws IOException {
    if (dim.field() == TypeFields.DIM_VALUE) {
      dims.add(dim.number());
    } else {
      dims.add(-1L);
      dim.skip();
    }
  }

  private void readNode(MessageReader graph) throws IOException {
    List<String> in = new ArrayList<>();
    List<String> out = new ArrayList<>();
    Map<String, Constant> attributes = new LinkedHashMap<>();
    String[] called = {""};
    String[] operator = {""};
    String[] domain = {""};
    OnnxTensor.Reader value = new OnnxTensor.Reader(path);
    graph.message(
        node -> {
          switch (node.field()) {
            case NodeFields.INPUT -> in.add(node.text());
            case NodeFields.OUTPUT -> out.add(node.text());
            case NodeFields.NAME -> called[0] = node.text();
            case NodeFields.OP_TYPE -> operator[0] = node.text();
            case NodeFields.DOMAIN -> domain[0] = node.text();
            case NodeFields.ATTRIBUTE -> readAttribute(node, attributes, value);
            default -> node.skip();
          }
        });
    boolean own = domain[0].isEmpty() || domain[0].equals("ai.onnx");
    @Nullable OnnxTensor constant =
        own && operator[0].equals(CONSTANT) && attributes.containsKey(VALUE) && out.size() == 1
            ? constant(out.get(0), value)
            : null;
    if (constant != null) {
      add(constant);
      return;
    }
    String type = own ? operator[0] : domain[0] + "." + operator[0];
    nodes.add(
        new OnnxNode(called[0], type, List.copyOf(in), List.copyOf(out), Map.copyOf(attributes)));
  }

  /** A node that makes a constant array is one more tensor of the file. */
  private static @Nullable OnnxTensor constant(String output, OnnxTensor.Reader value) {
    @Nullable OnnxTensor tensor = value.tensor(output);
    return tensor == null ? null : tensor.named(output);
  }

  private static void readAttribute(
      MessageReader node, Map<String, Constant> attributes, OnnxTensor.Reader value)
      throws IOException {
    String[] called = {""};
    List<Long> numbers = new ArrayList<>();
    @Nullable Double[] real = {null};
    @Nullable String[] text = {null};
    node.message(
        attribute -> {
          switch (attribute.field()) {
            case AttributeFields.NAME -> called[0] = attribute.text();
            case AttributeFields.I, AttributeFields.INTS -> attribute.numbers(numbers);
            case AttributeFields.F -> real[0] = (double) attribute.real();
            case AttributeFields.S -> text[0] = attribute.text();
            case AttributeFields.T -> attribute.message(value::read);
            default -> attribute.skip();
          }
        });
    attributes.put(called[0], new Constant(List.copyOf(numbers), real[0], text[0]));
  }
}
