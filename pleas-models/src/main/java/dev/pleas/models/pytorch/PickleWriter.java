package dev.pleas.models.pytorch;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * Writes the pickle of a state dict as {@code torch.save} does, without its memo: an ordered dict
 * whose tensors call {@code _rebuild_tensor_v2} with storages numbered in order.
 */
final class PickleWriter {
  private static final int PROTOCOL = 2;

  private final Path path;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private PickleWriter(Path path) {
    this.path = path;
  }

  /**
   * Returns the pickle of a state dict.
   *
   * @throws CheckpointException if a name is no text
   */
  static byte[] stateDict(Path path, Map<String, TensorInfo> tensors) {
    PickleWriter writer = new PickleWriter(path);
    writer.op(Opcode.PROTO, PROTOCOL);
    writer.orderedDict();
    writer.op(Opcode.MARK);
    int key = 0;
    for (Map.Entry<String, TensorInfo> tensor : tensors.entrySet()) {
      writer.text(tensor.getKey());
      writer.tensor(tensor.getValue(), key++);
    }
    writer.op(Opcode.SETITEMS);
    writer.op(Opcode.STOP);
    return writer.out.toByteArray();
  }

  private void tensor(TensorInfo info, int key) {
    global("torch._utils", "_rebuild_tensor_v2");
    op(Opcode.MARK);
    storage(info, key);
    integer(0); // offset
    int[] dims = info.shape().dims();
    op(Opcode.MARK);
    for (int dim : dims) {
      integer(dim);
    }
    op(Opcode.TUPLE);
    op(Opcode.MARK);
    for (int axis = 0; axis < dims.length; axis++) {
      integer(stride(dims, axis));
    }
    op(Opcode.TUPLE);
    op(Opcode.NEWFALSE); // requires_grad
    orderedDict(); // hooks
    op(Opcode.TUPLE);
    op(Opcode.REDUCE);
  }

  /** Returns PyTorch's stride, which takes an axis of length 0 for one of length 1. */
  private static long stride(int[] dims, int axis) {
    long stride = 1;
    for (int inner = axis + 1; inner < dims.length; inner++) {
      stride = Math.multiplyExact(stride, (long) Math.max(1, dims[inner]));
    }
    return stride;
  }

  private void storage(TensorInfo info, int key) {
    op(Opcode.MARK);
    text("storage");
    global("torch", ElementType.of(info.dtype()).writtenClass());
    text(Integer.toString(key));
    text("cpu");
    integer(info.shape().elements());
    op(Opcode.TUPLE);
    op(Opcode.BINPERSID);
  }

  private void orderedDict() {
    global("collections", "OrderedDict");
    op(Opcode.EMPTY_TUPLE);
    op(Opcode.REDUCE);
  }

  private void global(String module, String name) {
    op(Opcode.GLOBAL);
    out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private void integer(long value) {
    if (value <= Integer.MAX_VALUE) {
      op(Opcode.BININT);
      number(Integer.BYTES, value);
    } else {
      op(Opcode.LONG1, Long.BYTES);
      number(Long.BYTES, value);
    }
  }

  private void text(String text) {
    try {
      ByteBuffer utf8 = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
      op(Opcode.BINUNICODE);
      byte[] bytes = new byte[utf8.remaining()];
      utf8.get(bytes);
      number(Integer.BYTES, bytes.length);
      out.writeBytes(bytes);
    } catch (CharacterCodingException e) {
      throw new CheckpointException(
          path
              + ": a tensor's name has half of a surrogate pair, which cannot be written as UTF-8:"
              + " correct it",
          e);
    }
  }

  private void number(int bytes, long value) {
    byte[] all =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    out.write(all, 0, bytes);
  }

  private void op(int opcode) {
    out.write(opcode);
  }

  private void op(int opcode, int argument) {
    out.write(opcode);
    out.write(argument);
  }
}
