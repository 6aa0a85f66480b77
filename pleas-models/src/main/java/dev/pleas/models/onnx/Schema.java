package dev.pleas.models.onnx;

/**
 * Numbers of the <a href="https://onnx.ai/onnx/repo-docs/IR.html">ONNX specification</a>: fields of
 * its messages, and values of its enumerations. Each class is a message.
 */
final class Schema {
  private Schema() {}

  /** ModelProto: the file. */
  static final class ModelFields {
    static final int IR_VERSION = 1;
    static final int PRODUCER_NAME = 2;
    static final int PRODUCER_VERSION = 3;
    static final int GRAPH = 7;
    static final int OPSET_IMPORT = 8;
    static final int METADATA_PROPS = 14;

    private ModelFields() {}
  }

  /** OperatorSetIdProto: the version of a set of operators; without a domain, of ONNX's own. */
  static final class OperatorSetFields {
    static final int DOMAIN = 1;
    static final int VERSION = 2;

    private OperatorSetFields() {}
  }

  /** StringStringEntryProto: a key and its value. */
  static final class EntryFields {
    static final int KEY = 1;
    static final int VALUE = 2;

    private EntryFields() {}
  }

  /** GraphProto: the network. */
  static final class GraphFields {
    static final int NODE = 1;
    static final int NAME = 2;
    static final int INITIALIZER = 5;
    static final int INPUT = 11;
    static final int OUTPUT = 12;

    private GraphFields() {}
  }

  /** NodeProto: an operator and what it is applied to. */
  static final class NodeFields {
    static final int INPUT = 1;
    static final int OUTPUT = 2;
    static final int NAME = 3;
    static final int OP_TYPE = 4;
    static final int ATTRIBUTE = 5;
    static final int DOMAIN = 7;

    private NodeFields() {}
  }

  /** AttributeProto: a constant of an operator, and the values of its type. */
  static final class AttributeFields {
    static final int NAME = 1;
    static final int F = 2;
    static final int I = 3;
    static final int S = 4;
    static final int T = 5;
    static final int INTS = 8;
    static final int TYPE = 20;

    static final int TYPE_FLOAT = 1;
    static final int TYPE_INT = 2;
    static final int TYPE_INTS = 7;

    private AttributeFields() {}
  }

  /** TensorProto: a constant array, the types of its elements, and where they are. */
  static final class TensorFields {
    static final int DIMS = 1;
    static final int DATA_TYPE = 2;
    static final int FLOAT_DATA = 4;
    static final int INT32_DATA = 5;
    static final int INT64_DATA = 7;
    static final int NAME = 8;
    static final int RAW_DATA = 9;
    static final int DOUBLE_DATA = 10;
    static final int EXTERNAL_DATA = 13;
    static final int DATA_LOCATION = 14;

    static final int FLOAT = 1;
    static final int UINT8 = 2;
    static final int INT8 = 3;
    static final int INT16 = 5;
    static final int INT32 = 6;
    static final int INT64 = 7;
    static final int BOOL = 9;
    static final int FLOAT16 = 10;
    static final int DOUBLE = 11;
    static final int BFLOAT16 = 16;

    static final int LOCATION_EXTERNAL = 1;

    private TensorFields() {}
  }

  /** ValueInfoProto: name and type of an input or output. */
  static final class ValueFields {
    static final int NAME = 1;
    static final int TYPE = 2;

    private ValueFields() {}
  }

  /**
   * TypeProto and the messages that it nests: TypeProto.Tensor, TensorShapeProto, its Dimension.
   */
  static final class TypeFields {
    static final int TENSOR_TYPE = 1;

    static final int TENSOR_ELEM_TYPE = 1;
    static final int TENSOR_SHAPE = 2;

    static final int SHAPE_DIM = 1;

    static final int DIM_VALUE = 1;
    static final int DIM_PARAM = 2;

    private TypeFields() {}
  }
}
