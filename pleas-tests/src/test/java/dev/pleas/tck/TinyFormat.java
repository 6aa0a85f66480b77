package dev.pleas.tck;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * A format that keeps every rule in few lines: a header of text, a line for each tensor, and the
 * tensors' bytes one after another. It does not store BOOL.
 */
class TinyFormat implements CheckpointFormat {
  @Override
  public boolean recognizes(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      return TinyHeader.MAGIC.equals(file.readLine());
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public Checkpoint open(Path path) {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
      return new TinyCheckpoint(path, TinyHeader.read(file));
    } catch (IOException | RuntimeException e) {
      throw new CheckpointException(path + ": expected a tiny checkpoint, found: " + e, e);
    }
  }

  @Override
  public void write(
      Path path,
      Map<String, TensorInfo> tensors,
      Function<String, StoredTensor> content,
      Map<String, String> metadata) {
    tensors.forEach(
        (name, info) -> {
          if (info.dtype() == DType.BOOL) {
            throw new CheckpointException(name + ": BOOL cannot be stored; store it as U8");
          }
        });
    if (Files.isDirectory(path)) {
      throw new CheckpointException(path + ": is a folder");
    }
    try {
      Path temporary = Files.createTempFile(path.toAbsolutePath().getParent(), ".tiny", null);
      try {
        fill(temporary, tensors, content, new TreeMap<>(metadata));
        Files.move(temporary, path, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new CheckpointException(path + ": cannot be written: " + e, e);
    }
  }

  private static void fill(
      Path file,
      Map<String, TensorInfo> tensors,
      Function<String, StoredTensor> content,
      Map<String, String> metadata)
      throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(TinyHeader.bytes(tensors, metadata));
      for (Map.Entry<String, TensorInfo> tensor : tensors.entrySet()) {
        StoredTensor stored = content.apply(tensor.getKey());
        if (!stored.info().equals(tensor.getValue())) {
          throw new IllegalArgumentException(
              tensor.getKey() + ": announced " + tensor.getValue() + ", given " + stored.info());
        }
        byte[] bytes = new byte[stored.bytes().remaining()];
        stored.bytes().get(bytes);
        out.write(bytes);
      }
    }
  }
}
