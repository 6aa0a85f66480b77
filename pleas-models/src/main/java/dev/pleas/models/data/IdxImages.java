package dev.pleas.models.data;

import dev.pleas.api.error.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Images, and labels if there are any, from IDX files: MNIST and those that took its format over.
 */
final class IdxImages {
  /** {@code train-images-idx3-ubyte.gz}, {@code t10k-images.idx3-ubyte}. */
  private static final Pattern CONVENTION =
      Pattern.compile("(.*)images([-.])idx[34]-ubyte(\\.gz)?");

  private IdxImages() {}

  /**
   * Reads images of N×H×W (one channel) or N×C×H×W bytes.
   *
   * @param labels where the labels are; null to look beside the images
   * @throws DataException if a file is damaged, of other dimensions, or empty, or if there are not
   *     as many labels as images
   */
  static ImageSource open(Path images, @Nullable Path labels) {
    IdxFile pixels = IdxFile.read(images);
    List<Integer> dims = pixels.dims();
    int rank = dims.size();
    if (rank < 3) {
      throw new DataException(
          images
              + ": IDX dimensions "
              + dims
              + ", expected 3 or 4 (N×H×W, N×C×H×W)"
              + (rank == 1 ? ": these are labels; name the file with the images" : ""));
    }
    if (pixels.elements().length == 0) {
      throw new DataException("no images in " + images + ": IDX dimensions " + dims);
    }
    int channels = rank == 4 ? dims.get(1) : 1;
    int height = dims.get(rank - 2);
    int width = dims.get(rank - 1);
    var layout = new InMemoryImages.Layout(channels * height * width, 0, channels, height, width);
    @Nullable Path labelFile = labels != null ? labels : beside(images);
    int @Nullable [] values = labelFile == null ? null : readLabels(labelFile, images, dims.get(0));
    return new InMemoryImages(
        images.toString(), layout, pixels.elements(), values, classNames(values));
  }

  private static @Nullable Path beside(Path images) {
    @Nullable Path fileName = images.getFileName();
    Matcher name = CONVENTION.matcher(fileName == null ? "" : fileName.toString());
    if (!name.matches()) {
      return null;
    }
    String labels = name.group(1) + "labels" + name.group(2) + "idx1-ubyte";
    boolean gzip = name.group(3) != null;
    for (String candidate :
        List.of(gzip ? labels + ".gz" : labels, gzip ? labels : labels + ".gz")) {
      Path path = images.resolveSibling(candidate);
      if (Files.isRegularFile(path)) {
        return path;
      }
    }
    return null;
  }

  private static int[] readLabels(Path file, Path images, int count) {
    IdxFile labels = IdxFile.read(file);
    if (labels.dims().size() != 1) {
      throw new DataException(
          file + ": IDX dimensions " + labels.dims() + ", expected 1, the labels of " + images);
    }
    if (labels.dims().get(0) != count) {
      throw new DataException(
          file
              + ": "
              + labels.dims().get(0)
              + " labels, expected "
              + count
              + ", one per image of "
              + images
              + ": the files do not belong together");
    }
    int[] values = new int[count];
    for (int i = 0; i < count; i++) {
      values[i] = labels.elements()[i] & 0xff;
    }
    return values;
  }

  /** The format does not say how many classes there are: as many as the largest label asks for. */
  private static List<String> classNames(int @Nullable [] labels) {
    if (labels == null) {
      return List.of();
    }
    int largest = 0;
    for (int label : labels) {
      largest = Math.max(largest, label);
    }
    return InMemoryImages.numbered(largest + 1);
  }
}
