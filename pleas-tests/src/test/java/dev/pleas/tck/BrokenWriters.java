package dev.pleas.tck;

import static java.util.Objects.requireNonNull;

import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.tensor.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Formats that write with one flaw each. */
final class BrokenWriters {
  private BrokenWriters() {}

  /** What is to be written. */
  private record Request(
      Path path,
      Map<String, TensorInfo> tensors,
      Function<String, StoredTensor> content,
      Map<String, String> metadata) {
    Request withContent(Function<String, StoredTensor> other) {
      return new Request(path, tensors, other, metadata);
    }
  }

  private interface Flaw {
    void write(CheckpointFormat sound, Request request) throws IOException;
  }

  private static CheckpointFormat with(Flaw flaw) {
    return new TinyFormat() {
      @Override
      public void write(
          Path path,
          Map<String, TensorInfo> tensors,
          Function<String, StoredTensor> content,
          Map<String, String> metadata) {
        try {
          flaw.write(new TinyFormat(), new Request(path, tensors, content, metadata));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  private static void write(CheckpointFormat sound, Request r) {
    sound.write(r.path, r.tensors, r.content, r.metadata);
  }

  static CheckpointFormat quietingNaNs() {
    return with((sound, r) -> write(sound, r.withContent(name -> quiet(r.content.apply(name)))));
  }

  private static StoredTensor quiet(StoredTensor tensor) {
    if (tensor.info().dtype() != DType.F32) {
      return tensor;
    }
    ByteBuffer in = tensor.bytes();
    ByteBuffer out = ByteBuffer.allocate(in.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      out.putInt(Float.floatToIntBits(in.getFloat()));
    }
    return new StoredTensor(tensor.info(), out.flip());
  }

  static CheckpointFormat stampingTheTime() {
    return with(
        (sound, r) -> {
          Map<String, String> stamped = new LinkedHashMap<>(r.metadata);
          stamped.put("written", String.valueOf(System.nanoTime()));
          write(sound, new Request(r.path, r.tensors, r.content, stamped));
        });
  }

  static CheckpointFormat bytesForBooleans() {
    return with(
        (sound, r) -> {
          Map<String, TensorInfo> bytes = new LinkedHashMap<>();
          r.tensors.forEach(
              (name, info) -> bytes.put(name, new TensorInfo(DType.U8, info.shape())));
          Function<String, StoredTensor> content =
              name -> new StoredTensor(bytes.get(name), r.content.apply(name).bytes());
          write(sound, new Request(r.path, bytes, content, r.metadata));
        });
  }

  static CheckpointFormat askingTwice() {
    return with(
        (sound, r) -> {
          r.tensors.keySet().forEach(name -> requireNonNull(r.content.apply(name)));
          write(sound, r);
        });
  }

  static CheckpointFormat believingContent() {
    return with(
        (sound, r) ->
            write(
                sound,
                r.withContent(
                    name -> new StoredTensor(r.tensors.get(name), r.content.apply(name).bytes()))));
  }

  static CheckpointFormat creatingOnly() {
    return with(
        (sound, r) -> {
          if (Files.exists(r.path)) {
            throw new CheckpointException(r.path + ": the file exists");
          }
          write(sound, r);
        });
  }

  static CheckpointFormat writingInPlace() {
    return with(
        (sound, r) -> {
          Files.writeString(r.path, TinyHeader.MAGIC);
          write(sound, r);
        });
  }

  static CheckpointFormat leavingLocks() {
    return with(
        (sound, r) -> {
          Files.writeString(Path.of(r.path + ".lock"), "");
          write(sound, r);
        });
  }

  static CheckpointFormat leavingBackups() {
    return with(
        (sound, r) -> {
          write(sound, r);
          Files.writeString(Path.of(r.path + ".bak"), "");
        });
  }

  static CheckpointFormat makingFolders() {
    return with(
        (sound, r) -> {
          Files.createDirectories(r.path.getParent());
          write(sound, r);
        });
  }

  static CheckpointFormat uncheckedIo() {
    return with(
        (sound, r) -> {
          Files.writeString(r.path, "");
          write(sound, r);
        });
  }

  static CheckpointFormat neededParent() {
    return with(
        (sound, r) -> {
          Objects.requireNonNull(r.path.getParent());
          write(sound, r);
        });
  }

  static CheckpointFormat oneAtATime() {
    AtomicInteger writing = new AtomicInteger();
    return with(
        (sound, r) -> {
          if (writing.incrementAndGet() > 1) {
            throw new IllegalStateException("the buffer is in use");
          }
          BrokenReaders.pause();
          write(sound, r);
          writing.decrementAndGet();
        });
  }

  static CheckpointFormat modest() {
    return new TinyFormat() {
      @Override
      public boolean writes() {
        return false;
      }
    };
  }
}
