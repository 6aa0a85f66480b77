package dev.pleas.cli.statistics;

import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.api.error.CheckpointException;
import dev.pleas.api.matrix.Matrix;
import dev.pleas.api.merge.Statistics;
import dev.pleas.api.tensor.DType;
import dev.pleas.api.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Statistics in a temporary file, which is gone when this is closed: Java's heap holds one matrix
 * at a time, however many there are.
 */
public final class SpooledStatistics implements StoredStatistics, Statistics.Sink, AutoCloseable {
  private static final int CHUNK = 1 << 16;

  private final Path file;
  private final FileChannel channel;
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();
  private final Map<String, Long> offsets = new LinkedHashMap<>();
  private long end;

  private SpooledStatistics(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /**
   * Makes empty statistics.
   *
   * @param folder where there is room for them
   * @throws CheckpointException if nothing can be written there
   */
  public static SpooledStatistics in(Path folder) {
    try {
      Path file = Files.createTempFile(folder, ".pleas-statistics-", ".tmp");
      return new SpooledStatistics(
          file,
          FileChannel.open(
              file,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE));
    } catch (IOException e) {
      throw new CheckpointException(
          folder + ": no temporary file can be made there: " + e + "; choose another folder", e);
    }
  }

  @Override
  public String place() {
    return file.toString();
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  @Override
  public void expect(String name, int rows, int columns) {
    info(name, rows, columns);
  }

  /** What a Java buffer, and so {@link #stored}, cannot hold is refused. */
  private static TensorInfo info(String name, int rows, int columns) {
    TensorInfo info = new TensorInfo(DType.F64, Shape.of(rows, columns));
    if (info.bytes() > Integer.MAX_VALUE) {
      throw new CheckpointException(
          "matrix "
              + name
              + ": "
              + info.shape()
              + " takes more than 2 GiB, which a file of statistics cannot hold; merge fewer"
              + " networks at a time, or give the images to every merge");
    }
    return info;
  }

  @Override
  public void put(String name, Matrix sums) {
    TensorInfo info = info(name, sums.rows(), sums.columns());
    if (tensors.containsKey(name)) {
      throw new IllegalArgumentException("statistics: there is a matrix " + name + " already");
    }
    double[] values = sums.values();
    ByteBuffer bytes =
        ByteBuffer.allocateDirect(CHUNK * Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    long at = end;
    try {
      for (int from = 0; from < values.length; from += CHUNK) {
        int count = Math.min(CHUNK, values.length - from);
        bytes.clear().asDoubleBuffer().put(values, from, count);
        bytes.limit(count * Double.BYTES);
        while (bytes.hasRemaining()) {
          at += channel.write(bytes, at);
        }
      }
    } catch (IOException e) {
      throw new CheckpointException(
          file + ": cannot be written: " + e + "; make room on the disk, or choose another", e);
    }
    tensors.put(name, info);
    offsets.put(name, end);
    end = at;
  }

  @Override
  public StoredTensor stored(String name) {
    TensorInfo info = Objects.requireNonNull(tensors.get(name), name);
    long start = Objects.requireNonNull(offsets.get(name), name);
    try {
      // Not mapped: a mapped file cannot be deleted on Windows before the garbage collector runs.
      ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(info.bytes()));
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {
        // A read may return fewer bytes than there are.
      }
      return new StoredTensor(info, bytes.flip());
    } catch (IOException e) {
      throw new CheckpointException(file + ": cannot be read: " + e, e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      // The file is temporary, and the system removes it in time.
    }
  }
}
