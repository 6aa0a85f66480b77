package dev.pleas.models.data;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Images of one size in one array, one record of bytes each. */
final class InMemoryImages implements ImageSource {
  private final String name;
  private final Layout layout;
  private final byte[] records;
  private final int @Nullable [] labels;
  private final List<String> classNames;

  /**
   * Where an image's samples are.
   *
   * @param recordBytes how far apart images are
   * @param start where the samples begin in a record: channel after channel, row-major
   */
  record Layout(int recordBytes, int start, int channels, int height, int width) {}

  /**
   * Takes the arrays over.
   *
   * @param name what to call the data in a message
   * @param records a whole number of records
   * @param labels one per image, each less than the number of class names; or null
   */
  InMemoryImages(
      String name,
      Layout layout,
      byte[] records,
      int @Nullable [] labels,
      List<String> classNames) {
    this.name = name;
    this.layout = layout;
    this.records = records;
    this.labels = labels;
    this.classNames = List.copyOf(classNames);
  }

  /** Returns "0", "1", … */
  static List<String> numbered(int classes) {
    return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }

  @Override
  public int count() {
    return records.length / layout.recordBytes();
  }

  @Override
  public PixelImage read(int index) {
    int from = index * layout.recordBytes() + layout.start();
    int samples = layout.channels() * layout.height() * layout.width();
    return new PixelImage(
        layout.channels(),
        layout.height(),
        layout.width(),
        Arrays.copyOfRange(records, from, from + samples));
  }

  @Override
  public boolean uniform() {
    return true;
  }

  @Override
  public Size size(int index) {
    return new Size(layout.height(), layout.width());
  }

  @Override
  public String name(int index) {
    return name + ", image " + index;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean labeled() {
    return labels != null;
  }

  @Override
  public int label(int index) {
    if (labels == null) {
      throw new IllegalStateException(name + " has no labels");
    }
    return labels[index];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }
}
