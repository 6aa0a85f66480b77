package dev.pleas.cli.statistics;

import dev.pleas.api.checkpoint.StoredTensor;
import dev.pleas.api.checkpoint.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The sums of statistics of the same matrices, added up when they are asked for.
 *
 * @param parts at least one
 */
record StatisticsSum(List<SavedStatistics> parts) implements StoredStatistics {
  private static final int CHUNK = 1 << 16;

  @Override
  public String place() {
    return "the sum of " + parts.size() + " files";
  }

  @Override
  public Map<String, TensorInfo> tensors() {
    return parts.get(0).tensors();
  }

  @Override
  public StoredTensor stored(String name) {
    TensorInfo info = Objects.requireNonNull(tensors().get(name), name);
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.toIntExact(info.bytes())).order(ByteOrder.LITTLE_ENDIAN);
    DoubleBuffer sums = bytes.asDoubleBuffer();
    for (SavedStatistics part : parts) {
      DoubleBuffer terms = part.stored(name).bytes().asDoubleBuffer();
      for (int from = 0; from < sums.capacity(); from += CHUNK) {
        double[] chunk = new double[Math.min(CHUNK, sums.capacity() - from)];
        part.read(name, terms, chunk);
        for (int i = 0; i < chunk.length; i++) {
          sums.put(from + i, sums.get(from + i) + chunk[i]);
        }
      }
    }
    return new StoredTensor(info, bytes);
  }
}
