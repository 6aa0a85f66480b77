package dev.pleas.models.data;

import dev.pleas.api.error.DataException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Image files, decoded when they are read. Like torchvision's {@code ImageFolder}: the sub-folders,
 * in the order of their names, are the classes, and a class has the images of its folder and of
 * those below it, in the order of their paths. A folder whose sub-folders hold no image is flat:
 * its own images, without labels. Entries whose names begin with a dot are no classes.
 */
final class ImageFolder implements ImageSource {
  /** What image files end in. */
  static final List<String> EXTENSIONS =
      List.of("jpg", "jpeg", "png", "webp", "bmp", "tif", "tiff", "gif");

  private final Path path;
  private final List<Path> files;
  private final int[] labels;
  private final List<String> classNames;

  private ImageFolder(Path path, List<Path> files, int[] labels, List<String> classNames) {
    this.path = path;
    this.files = List.copyOf(files);
    this.labels = labels;
    this.classNames = List.copyOf(classNames);
  }

  /** Returns whether a name ends as those of image files do. */
  static boolean isImage(Path file) {
    String name = fileName(file).toLowerCase(Locale.ROOT);
    return EXTENSIONS.contains(name.substring(name.lastIndexOf('.') + 1)) && name.contains(".");
  }

  /** Opens one image, without a label. */
  static ImageFolder ofFile(Path file) {
    return new ImageFolder(file, List.of(file), new int[0], List.of());
  }

  /**
   * Lists a folder.
   *
   * @throws DataException if there are no images in it, or none in the folder of a class while
   *     others have some, or it cannot be listed
   */
  static ImageFolder open(Path folder) {
    List<Path> files = new ArrayList<>();
    List<Integer> labels = new ArrayList<>();
    List<Path> classes = subfolders(folder);
    List<Path> empty = new ArrayList<>();
    for (int c = 0; c < classes.size(); c++) {
      List<Path> images = images(classes.get(c), Integer.MAX_VALUE);
      if (images.isEmpty()) {
        empty.add(classes.get(c));
      }
      files.addAll(images);
      for (int i = 0; i < images.size(); i++) {
        labels.add(c);
      }
    }
    if (files.isEmpty()) {
      return flat(folder);
    }
    if (!empty.isEmpty()) {
      throw new DataException(
          "no images in "
              + empty.get(0)
              + ", while other classes of "
              + folder
              + " have some: remove the folder, or put its images ("
              + extensions()
              + ") there");
    }
    return new ImageFolder(
        folder,
        files,
        labels.stream().mapToInt(Integer::intValue).toArray(),
        classes.stream().map(ImageFolder::fileName).toList());
  }

  private static ImageFolder flat(Path folder) {
    List<Path> files = images(folder, 1);
    if (files.isEmpty()) {
      throw new DataException(
          "no images in "
              + folder
              + " or its sub-folders: expected files that end in "
              + extensions()
              + ", or the .bin files of CIFAR; an IDX file is named itself");
    }
    return new ImageFolder(folder, files, new int[0], List.of());
  }

  private static List<Path> subfolders(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(entry -> Files.isDirectory(entry) && !fileName(entry).startsWith("."))
          .sorted(Comparator.comparing(ImageFolder::fileName))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw unlistable(folder, e);
    }
  }

  private static List<Path> images(Path folder, int depth) {
    try (Stream<Path> entries = Files.walk(folder, depth, FileVisitOption.FOLLOW_LINKS)) {
      return entries
          .filter(entry -> isImage(entry) && Files.isRegularFile(entry))
          .sorted(
              Comparator.comparing((Path file) -> String.valueOf(file.getParent()))
                  .thenComparing(ImageFolder::fileName))
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw unlistable(folder, e);
    }
  }

  private static DataException unlistable(Path folder, Exception cause) {
    return new DataException(folder + ": cannot be listed: " + cause.getMessage(), cause);
  }

  private static String extensions() {
    return "." + String.join(", .", EXTENSIONS);
  }

  private static String fileName(Path path) {
    Path last = path.getFileName();
    return last == null ? "" : last.toString();
  }

  @Override
  public int count() {
    return files.size();
  }

  @Override
  public PixelImage read(int index) {
    return ImageDecoder.decode(files.get(index));
  }

  @Override
  public boolean uniform() {
    return false;
  }

  @Override
  public Size size(int index) {
    return ImageDecoder.size(files.get(index));
  }

  @Override
  public String name(int index) {
    return files.get(index).toString();
  }

  @Override
  public String name() {
    return path.toString();
  }

  @Override
  public boolean labeled() {
    return !classNames.isEmpty();
  }

  @Override
  public int label(int index) {
    return labels[index];
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }
}
