package dev.pleas.models.safetensors;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * A file mapped into memory. A Java buffer reaches 2 GiB at most, so a larger file is mapped in
 * several windows, each of whole tensors. Mapping reads nothing: pages come when they are touched.
 *
 * <p>Java 17 has no safe way to unmap: an unmapped buffer that is still used ends the JVM. So
 * windows are left to the garbage collector, and on Windows a file cannot be deleted or replaced
 * before that.
 */
final class FileWindows {
  private final TreeMap<Long, MappedByteBuffer> windows = new TreeMap<>();

  private FileWindows() {}

  /** Maps the data of a file. The channel is not needed any more afterwards. */
  static FileWindows map(FileChannel channel, Header header) throws IOException {
    FileWindows mapped = new FileWindows();
    List<Header.Entry> window = new ArrayList<>();
    for (Header.Entry entry : header.inDataOrder()) {
      if (!fits(entry)) {
        continue; // can be listed, but not read
      }
      if (!window.isEmpty() && entry.end() - window.get(0).begin() > Integer.MAX_VALUE) {
        mapped.add(channel, header.dataStart(), window);
        window.clear();
      }
      window.add(entry);
    }
    mapped.add(channel, header.dataStart(), window);
    return mapped;
  }

  /** Returns whether a tensor is small enough for one buffer. */
  static boolean fits(Header.Entry entry) {
    return entry.end() - entry.begin() <= Integer.MAX_VALUE;
  }

  private void add(FileChannel channel, long dataStart, List<Header.Entry> window)
      throws IOException {
    if (window.isEmpty()) {
      return;
    }
    long begin = window.get(0).begin();
    long end = window.get(window.size() - 1).end();
    windows.put(begin, channel.map(FileChannel.MapMode.READ_ONLY, dataStart + begin, end - begin));
  }

  /** Returns the bytes of a tensor that {@linkplain #fits fits}, without copying. */
  ByteBuffer bytes(Header.Entry entry) {
    Map.Entry<Long, MappedByteBuffer> window =
        Objects.requireNonNull(windows.floorEntry(entry.begin()), "a tensor that fits is mapped");
    int from = (int) (entry.begin() - window.getKey());
    return window.getValue().slice(from, (int) (entry.end() - entry.begin()));
  }
}
