package dev.pleas.models.safetensors;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.models.dtype.StoredTensors;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An open safetensors file. It holds no file handle: after {@link #close} reading is refused, while
 * stored tensors handed out before remain valid until they are garbage.
 */
final class MappedCheckpoint implements Checkpoint {
  private final Path path;
  private final Map<String, Header.Entry> entries = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors;
  private final Map<String, String> metadata;
  private volatile @Nullable FileWindows windows;

  MappedCheckpoint(Path path, Header header, FileWindows windows) {
    this.path = path;
    this.metadata = header.metadata();
    this.windows = windows;
    Map<String, TensorInfo> infos = new LinkedHashMap<>();
    for (Header.Entry entry : header.entries()) {
      entries.put(entry.name(), entry);
      infos.put(entry.name(), entry.info());
    }
    this.tensors = Collections.unmodifiableMap(infos);
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
    try {
      return StoredTensors.toFloat32(stored);
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
  public StoredTensor stored(String name) {
    @Nullable FileWindows open = windows;
    if (open == null) {
      throw new IllegalStateException(path + " is closed; tensor " + name + " cannot be read");
    }
    Header.@Nullable Entry entry = entries.get(name);
    if (entry == null) {
      throw new CheckpointException(
          path + ": no tensor " + name + " among its " + entries.size() + " tensors");
    }
    if (!FileWindows.fits(entry)) {
      throw new CheckpointException(
          path
              + ": tensor "
              + name
              + ": expected at most "
              + Integer.MAX_VALUE
              + " bytes, found "
              + entry.info().bytes()
              + ": larger tensors are not supported; store it in a smaller type");
    }
    return new StoredTensor(entry.info(), open.bytes(entry));
  }

  @Override
  public void close() {
    windows = null;
  }
}
