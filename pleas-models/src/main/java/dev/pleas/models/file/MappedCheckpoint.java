package dev.pleas.models.file;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.models.dtype.StoredTensors;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An open checkpoint over a mapped file. It holds no file handle: after {@link #close} reading is
 * refused, while stored tensors handed out before remain valid until they are garbage.
 */
public final class MappedCheckpoint implements Checkpoint {
  private final Path path;
  private final Map<String, TensorInfo> tensors;
  private final Map<String, String> metadata;
  private volatile @Nullable Function<String, ByteBuffer> content;

  /**
   * @param tensors types and shapes by name, in the order of the file; copied
   * @param metadata copied
   * @param content gives the bytes of a tensor of less than 2 GiB, row-major, little-endian; asked
   *     by several threads
   */
  public MappedCheckpoint(
      Path path,
      Map<String, TensorInfo> tensors,
      Map<String, String> metadata,
      Function<String, ByteBuffer> content) {
    this.path = path;
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
    this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    this.content = content;
  }

  @Override
  public Path path() {
    return path;
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return tensors;
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public HostTensor read(String name) {
    StoredTensor stored = stored(name);
    return untruncated(name, () -> StoredTensors.toFloat32(stored));
  }

  @Override
  public StoredTensor stored(String name) {
    @Nullable Function<String, ByteBuffer> open = content;
    if (open == null) {
      throw new IllegalStateException(path + " is closed; tensor " + name + " cannot be read");
    }
    @Nullable TensorInfo info = tensors.get(name);
    if (info == null) {
      throw new CheckpointException(
          path + ": no tensor " + name + " among its " + tensors.size() + " tensors");
    }
    if (info.bytes() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          path
              + ": tensor "
              + name
              + ": expected at most "
              + Integer.MAX_VALUE
              + " bytes, found "
              + info.bytes()
              + ": larger tensors are not supported; store it in a smaller type");
    }
    return untruncated(name, () -> new StoredTensor(info, open.apply(name)));
  }

  private <T> T untruncated(String name, Supplier<T> read) {
    try {
      return read.get();
    } catch (InternalError e) {
      // How the JVM reports a page of a mapped file that is gone.
      throw new CheckpointException(
          path
              + ": tensor "
              + name
              + ": the file was truncated or its disk failed while it was open;"
              + " fetch it again",
          e);
    }
  }

  @Override
  public void close() {
    content = null;
  }
}
