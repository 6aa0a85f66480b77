package dev.pleas.models.safetensors;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.models.file.AtomicFile;
import dev.pleas.models.file.CheckpointFile;
import dev.pleas.models.file.Extent;
import dev.pleas.models.file.FileWindows;
import dev.pleas.models.file.MappedCheckpoint;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/** Recognises, opens and writes safetensors files. */
final class SafetensorsFormat implements CheckpointFormat {
  /** The limit of the reference implementation. */
  static final int MAX_HEADER_BYTES = 100_000_000;

  /** Bytes of the header length, which open the file. */
  static final int LENGTH_BYTES = 8;

  @Override
  public boolean recognizes(Path path) {
    Path name = path.getFileName();
    if (name != null && name.toString().toLowerCase(Locale.ROOT).endsWith(".safetensors")) {
      return true;
    }
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return FileStart.isSafetensors(channel);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Checkpoint open(Path path) {
    return CheckpointFile.read(
        path,
        "a safetensors file",
        channel -> {
          Header header = HeaderReader.read(path, channel);
          Map<String, TensorInfo> infos = new LinkedHashMap<>();
          Map<String, Extent> extents = new HashMap<>();
          for (Header.Entry entry : header.entries()) {
            infos.put(entry.name(), entry.info());
            extents.put(entry.name(), header.extent(entry));
          }
          FileWindows windows = FileWindows.map(channel, extents.values());
          return new MappedCheckpoint(
              path,
              infos,
              header.metadata(),
              name -> windows.bytes(Objects.requireNonNull(extents.get(name))));
        });
  }

  /**
   * {@inheritDoc}
   *
   * <p>The header lists the tensors in the given order. Their data follow by falling element size,
   * so that every element is aligned, and in the given order within a size; content is asked in
   * that order.
   */
  @Override
  public void write(
      Path path,
      Map<String, TensorInfo> tensors,
      Function<String, StoredTensor> content,
      Map<String, String> metadata) {
    Header header = HeaderWriter.layOut(path, tensors, metadata);
    AtomicFile.write(
        path,
        out -> {
          out.write(HeaderWriter.encode(path, header));
          for (Header.Entry entry : header.inDataOrder()) {
            out.write(CheckpointFile.content(entry.name(), entry.info(), content).bytes());
          }
        });
  }
}
