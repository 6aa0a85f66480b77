package dev.pleas.tck;

import dev.pleas.api.checkpoint.Checkpoint;
import dev.pleas.api.checkpoint.CheckpointFormat;
import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Formats whose open checkpoints have one flaw each. */
final class BrokenReaders {
  private BrokenReaders() {}

  private static CheckpointFormat reading(Function<Checkpoint, Checkpoint> flaw) {
    return BrokenOpeners.opening((sound, path) -> flaw.apply(sound.open(path)));
  }

  private static CheckpointFormat listing(
      Function<Map<String, TensorInfo>, Map<String, TensorInfo>> flaw) {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              @Override
              public Map<String, TensorInfo> tensors() {
                return flaw.apply(super.tensors());
              }
            });
  }

  static void pause() {
    try {
      Thread.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static CheckpointFormat scalarsAsVectors() {
    return listing(
        tensors -> {
          Map<String, TensorInfo> changed = new LinkedHashMap<>(tensors);
          changed.replaceAll(
              (name, info) ->
                  info.shape().rank() == 0 ? new TensorInfo(info.dtype(), Shape.of(1)) : info);
          return changed;
        });
  }

  static CheckpointFormat strippingNames() {
    return listing(
        tensors -> {
          Map<String, TensorInfo> changed = new LinkedHashMap<>();
          tensors.forEach((name, info) -> changed.put(name.strip(), info));
          return changed;
        });
  }

  static CheckpointFormat sortingNames() {
    return listing(TreeMap::new);
  }

  static CheckpointFormat thousandTensors() {
    return listing(
        tensors -> {
          List<String> names = new ArrayList<>(tensors.keySet());
          Map<String, TensorInfo> changed = new LinkedHashMap<>(tensors);
          changed.keySet().retainAll(names.subList(0, Math.min(1000, names.size())));
          return changed;
        });
  }

  static CheckpointFormat mutableTensors() {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              private final Map<String, TensorInfo> own = new LinkedHashMap<>(super.tensors());

              @Override
              public Map<String, TensorInfo> tensors() {
                return own;
              }
            });
  }

  static CheckpointFormat droppingEmpty() {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              @Override
              public Map<String, String> metadata() {
                Map<String, String> changed = new LinkedHashMap<>(super.metadata());
                changed.values().removeIf(String::isEmpty);
                return changed;
              }
            });
  }

  static CheckpointFormat signedBytes() {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              @Override
              public HostTensor read(String name) {
                StoredTensor stored = stored(name);
                if (stored.info().dtype() != DType.U8) {
                  return super.read(name);
                }
                float[] values = new float[stored.bytes().remaining()];
                for (int i = 0; i < values.length; i++) {
                  values[i] = stored.bytes().get(i);
                }
                return HostTensor.wrap(stored.info().shape(), values);
              }
            });
  }

  static CheckpointFormat shortPath() {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              @Override
              public Path path() {
                return super.path().getFileName();
              }
            });
  }

  static CheckpointFormat noSuchElement() {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              @Override
              public StoredTensor stored(String name) {
                if (!tensors().containsKey(name)) {
                  throw new NoSuchElementException(name);
                }
                return super.stored(name);
              }
            });
  }

  static CheckpointFormat oneBuffer() {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              private final byte[] buffer = new byte[1000];

              @Override
              public StoredTensor stored(String name) {
                StoredTensor stored = super.stored(name);
                int length = stored.bytes().remaining();
                stored.bytes().get(buffer, 0, length);
                return new StoredTensor(stored.info(), ByteBuffer.wrap(buffer, 0, length));
              }
            });
  }

  static CheckpointFormat oneHandle() {
    List<Checkpoint> opened = new ArrayList<>();
    CheckpointFormat format =
        reading(
            sound -> {
              opened.add(sound);
              return new ForwardingCheckpoint(sound) {
                @Override
                public void close() {
                  opened.forEach(Checkpoint::close);
                }
              };
            });
    return format;
  }

  static CheckpointFormat oneReaderAtATime() {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              private final AtomicInteger reading = new AtomicInteger();

              @Override
              public StoredTensor stored(String name) {
                if (reading.incrementAndGet() > 1) {
                  throw new IllegalStateException("the buffer is in use");
                }
                pause();
                StoredTensor stored = super.stored(name);
                reading.decrementAndGet();
                return stored;
              }
            });
  }

  static CheckpointFormat closingOnce() {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              private final AtomicBoolean closed = new AtomicBoolean();

              @Override
              public void close() {
                if (closed.getAndSet(true)) {
                  throw new IllegalStateException("closed already");
                }
              }
            });
  }

  static CheckpointFormat neverClosed() {
    return reading(
        sound ->
            new ForwardingCheckpoint(sound) {
              @Override
              public void close() {}
            });
  }
}
