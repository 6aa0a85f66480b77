package dev.pleas.models.safetensors;

import dev.pleas.api.checkpoint.TensorInfo;
import dev.pleas.models.file.Extent;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What the header of a file says.
 *
 * @param entries in the order of the header
 * @param metadata the strings under {@code __metadata__}; empty if there are none
 * @param dataStart the position in the file that offsets count from
 */
record Header(List<Entry> entries, Map<String, String> metadata, long dataStart) {
  /** The key under which the metadata stand. */
  static final String METADATA = "__metadata__";

  /**
   * A tensor and where it is.
   *
   * @param name unique in the file
   * @param info type and shape
   * @param begin offset of the first byte, counted from {@link Header#dataStart}
   * @param end offset after the last byte
   */
  record Entry(String name, TensorInfo info, long begin, long end) {}

  /** Returns the entries by their place in the file. */
  List<Entry> inDataOrder() {
    return entries.stream()
        .sorted(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end))
        .toList();
  }

  /** Returns where the data of an entry are in the file. */
  Extent extent(Entry entry) {
    return new Extent(dataStart + entry.begin(), dataStart + entry.end());
  }
}
