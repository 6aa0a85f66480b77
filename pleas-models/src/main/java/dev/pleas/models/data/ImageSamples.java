package dev.pleas.models.data;

import dev.pleas.api.error.DataException;
import dev.pleas.api.tensor.HostTensor;
import dev.pleas.api.tensor.Shape;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The selected images of a source, each made a network input when it is read. */
final class ImageSamples implements LabeledSamples {
  private final ImageSource source;
  private final int[] selected;
  private final List<Integer> classes;
  private final List<String> classNames;
  private final Preprocessing preprocessing;
  private final ImageTransform transform;
  private final Shape shape;

  /**
   * Selects, and finds out the shape: from the first image, and, where nothing makes images of
   * different sizes one, from the headers of all.
   *
   * @throws DataException if nothing is left, or a class that is asked for does not exist, or the
   *     preprocessing does not fit the images, or they would have different sizes
   */
  ImageSamples(ImageSource source, DataSpec spec) {
    this.source = source;
    this.classes = spec.classes();
    refuseUnknownClasses();
    this.selected = select(spec.limit());
    this.classNames =
        classes.isEmpty()
            ? source.classNames()
            : classes.stream().map(source.classNames()::get).toList();
    this.preprocessing = spec.preprocessing();
    PixelImage first = source.read(selected[0]);
    this.transform =
        new ImageTransform(preprocessing, channelsOf(first, selected[0]), source.name());
    this.shape = transform.shape(first.height(), first.width(), source.name(selected[0]));
    if (preprocessing.crop() == 0 && !source.uniform()) {
      refuseDifferentSizes();
    }
  }

  private void refuseUnknownClasses() {
    if (classes.isEmpty()) {
      return;
    }
    if (!source.labeled()) {
      throw new DataException(
          source.name()
              + ": classes "
              + classes
              + " are asked for, but there are no labels: "
              + "name the file of labels, or use a folder with a sub-folder for each class");
    }
    int known = source.classNames().size();
    for (int label : classes) {
      if (label >= known) {
        throw new DataException(
            source.name()
                + ": class "
                + label
                + " is asked for, but the labels are 0 to "
                + (known - 1));
      }
    }
  }

  private int[] select(int limit) {
    IntStream indices = IntStream.range(0, source.count());
    if (!classes.isEmpty()) {
      indices = indices.filter(i -> classes.contains(source.label(i)));
    }
    int[] kept = (limit == 0 ? indices : indices.limit(limit)).toArray();
    if (kept.length == 0) {
      throw new DataException("no images of classes " + classes + " in " + source.name());
    }
    return kept;
  }

  private int channelsOf(PixelImage image, int index) {
    int wanted = preprocessing.channels();
    if (!PixelImage.convertible(image.channels(), wanted)) {
      throw new DataException(
          source.name(index)
              + ": "
              + image.channels()
              + " channels, which cannot become "
              + wanted
              + ": only gray and RGB are converted into each other; leave the channels as stored");
    }
    return wanted == 0 ? image.channels() : wanted;
  }

  private void refuseDifferentSizes() {
    int different =
        IntStream.range(1, selected.length)
            .parallel()
            .filter(i -> !shapeOf(selected[i]).equals(shape))
            .findFirst()
            .orElse(0);
    if (different != 0) {
      throw new DataException(
          source.name(selected[0])
              + " and "
              + source.name(selected[different])
              + ": inputs of different shapes, "
              + shape
              + " and "
              + shapeOf(selected[different])
              + ": choose a crop (after a resize of the shorter side) to make them one");
    }
  }

  private Shape shapeOf(int index) {
    ImageSource.Size size = source.size(index);
    return transform.shape(size.height(), size.width(), source.name(index));
  }

  @Override
  public int count() {
    return selected.length;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public HostTensor read(int from, int to) {
    Objects.checkFromToIndex(from, to, selected.length);
    Shape batch = shape.prepend(to - from);
    if (batch.elements() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "a batch of " + batch + " does not fit one array: read fewer at once");
    }
    float[] values = new float[(int) batch.elements()];
    @Nullable RuntimeException[] failures = new RuntimeException[to - from];
    int sampleLength = (int) shape.elements();
    IntStream.range(0, to - from)
        .parallel()
        .forEach(
            i -> {
              try {
                readInto(selected[from + i], values, i * sampleLength);
              } catch (RuntimeException e) {
                failures[i] = e;
              }
            });
    // The first failure in the order of the data, whichever thread met which.
    for (@Nullable RuntimeException failure : failures) {
      if (failure != null) {
        throw failure;
      }
    }
    return HostTensor.wrap(batch, values);
  }

  private void readInto(int index, float[] values, int offset) {
    PixelImage image = source.read(index);
    String name = source.name(index);
    int channels = channelsOf(image, index);
    if (channels != shape.dim(0)) {
      throw new DataException(
          source.name(selected[0])
              + " and "
              + name
              + ": images of "
              + shape.dim(0)
              + " and "
              + channels
              + " channels: choose 1 (grayscale) or 3 (RGB) instead of as stored");
    }
    Shape found = transform.shape(image.height(), image.width(), name);
    if (!found.equals(shape)) {
      throw new DataException(
          name
              + ": expected an input of "
              + shape
              + ", found "
              + found
              + ": the file has changed since the data was opened");
    }
    transform.apply(image, name, values, offset);
  }

  @Override
  public boolean labeled() {
    return source.labeled();
  }

  @Override
  public int label(int index) {
    Objects.checkIndex(index, selected.length);
    if (!source.labeled()) {
      throw new IllegalStateException(source.name() + " has no labels");
    }
    int label = source.label(selected[index]);
    return classes.isEmpty() ? label : classes.indexOf(label);
  }

  @Override
  public int classes() {
    return classNames.size();
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }
}
