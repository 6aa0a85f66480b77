package dev.pleas.models.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A file mapped into memory. A Java buffer reaches 2 GiB at most, so a larger file is mapped in
 * several windows, each of whole extents. Mapping reads nothing: pages come when they are touched.
 *
 * <p>Java 17 has no safe way to unmap: an unmapped buffer that is still used ends the JVM. So
 * windows are left to the garbage collector, and on Windows a file cannot be deleted or replaced
 * before that.
 */
public final class FileWindows {
  private final TreeMap<Long, MappedByteBuffer> windows = new TreeMap<>();

  private FileWindows() {}

  /**
   * Maps extents of a file. The channel is not needed any more afterwards.
   *
   * @param extents what will be asked for, in any order; they may overlap; those that do not fit a
   *     buffer are left out
   */
  public static FileWindows map(FileChannel channel, Collection<Extent> extents)
      throws IOException {
    List<Extent> sorted =
        extents.stream().filter(Extent::fitsABuffer).sorted(Extent.IN_FILE_ORDER).toList();
    FileWindows mapped = new FileWindows();
    long begin = 0;
    long end = -1; // no window yet
    for (Extent extent : sorted) {
      if (end < 0 || Math.max(end, extent.end()) - begin > Integer.MAX_VALUE) {
        mapped.add(channel, begin, end);
        begin = extent.begin();
        end = extent.end();
      }
      end = Math.max(end, extent.end());
    }
    mapped.add(channel, begin, end);
    return mapped;
  }

  private void add(FileChannel channel, long begin, long end) throws IOException {
    if (end >= 0) {
      windows.put(begin, channel.map(FileChannel.MapMode.READ_ONLY, begin, end - begin));
    }
  }

  /**
   * Returns the bytes of an extent, without copying.
   *
   * @param extent one of those that were mapped, and fits a buffer
   */
  public ByteBuffer bytes(Extent extent) {
    Map.Entry<Long, MappedByteBuffer> window =
        Objects.requireNonNull(windows.floorEntry(extent.begin()), "an extent that fits is mapped");
    int from = (int) (extent.begin() - window.getKey());
    return window.getValue().slice(from, (int) extent.bytes());
  }
}
