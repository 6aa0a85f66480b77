package dev.pleas.models.onnx;

import com.google.protobuf.CodedOutputStream;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.model.Model;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import dev.pleas.models.file.AtomicFile;
import dev.pleas.models.onnx.Schema.ModelFields;
import dev.pleas.models.onnx.Schema.OperatorSetFields;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * Writes networks as ONNX models, which compute in float32 what the network does in inference.
 * Inputs are [batch, …] with a batch of any length, and have their names in the graph; outputs have
 * the graph's names of outputs. Each parameter is an initializer of its name and shape. The same
 * network gives the same bytes.
 *
 * <p>Values are as the graph has them, channels on axis 1, but for two that others know otherwise:
 * outputs that are tokens are [batch, T, C], and inputs that are ids of words are of int64.
 * Stateless and safe for use by several threads.
 */
public final class OnnxWriter {
  /** Version of ONNX's operators: the first with layer normalization. */
  public static final int OPSET = 17;

  /** Version of the file format: the first that allows those operators. */
  public static final int IR_VERSION = 8;

  /** What the files call the length of the batch axis, which is known when the network runs. */
  public static final String BATCH = "batch";

  /** What the name of the file with the weights of large models ends in, after the model's. */
  public static final String DATA_SUFFIX = ".data";

  private static final String PRODUCER = "pleas";
  private static final int BUFFER_BYTES = 1 << 16;

  private final String version;
  private final long mostBytes;

  /**
   * @param version of the program, which the files name as their producer's
   */
  public OnnxWriter(String version) {
    this(version, Integer.MAX_VALUE);
  }

  /**
   * @param mostBytes a model may have; the limit of Protocol Buffers is 2³¹ − 1
   */
  OnnxWriter(String version, long mostBytes) {
    this.version = version;
    this.mostBytes = mostBytes;
  }

  /**
   * Writes a network, so that the file is complete or not there. Where it would be longer than 2³¹
   * − 1 bytes, the weights are in a second file beside it, {@code NAME.onnx.data}, which is written
   * first and belongs to it.
   *
   * @param file to write or replace, {@code NAME.onnx}
   * @param model not modified
   * @param metadata further properties of the model, for those who read the file
   * @throws CheckpointException if a file cannot be written
   */
  public void write(Path file, Model model, Map<String, String> metadata) {
    Message whole = message(model, metadata, Tensors::inline);
    if (whole.bytes() > mostBytes) {
      Path dataFile = file.resolveSibling(file.getFileName() + DATA_SUFFIX);
      ExternalData data =
          new ExternalData(String.valueOf(dataFile.getFileName()), model.parameters());
      AtomicFile.write(dataFile, out -> data.writeTo(stream(out)));
      whole = message(model, metadata, data::reference);
    }
    write(file, whole);
  }

  /**
   * Returns the shape that an output has in the file, without the batch axis: tokens have their
   * channels last there.
   *
   * @param shape of the value in the graph
   */
  public static Shape outputShape(Shape shape) {
    return shape.rank() == 2 ? Shape.of(shape.dim(1), shape.dim(0)) : shape;
  }

  private static void write(Path file, Message message) {
    AtomicFile.write(
        file,
        out -> {
          CodedOutputStream coded = CodedOutputStream.newInstance(stream(out), BUFFER_BYTES);
          message.writeTo(coded);
          coded.flush();
        });
  }

  private static OutputStream stream(AtomicFile file) {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        file.write(ByteBuffer.wrap(bytes, offset, length));
      }
    };
  }

  private Message message(
      Model model, Map<String, String> metadata, BiFunction<String, HostTensor, Message> tensors) {
    OnnxGraph graph = Translation.of(model.graph());
    model
        .graph()
        .parameters()
        .keySet()
        .forEach(name -> graph.initializer(tensors.apply(name, model.parameter(name))));
    Message message =
        new Message()
            .number(ModelFields.IR_VERSION, IR_VERSION)
            .text(ModelFields.PRODUCER_NAME, PRODUCER)
            .text(ModelFields.PRODUCER_VERSION, version)
            .message(ModelFields.GRAPH, graph.message())
            .message(
                ModelFields.OPSET_IMPORT, new Message().number(OperatorSetFields.VERSION, OPSET));
    new TreeMap<>(metadata)
        .forEach(
            (key, value) ->
                message.message(ModelFields.METADATA_PROPS, ExternalData.entry(key, value)));
    return message;
  }
}
