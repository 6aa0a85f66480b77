package dev.pleas.models.data;

import dev.pleas.api.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The binary version of CIFAR-10 and CIFAR-100: records of the label (CIFAR-100: coarse, then fine;
 * the fine one counts) and 32×32 bytes of red, of green and of blue.
 */
enum CifarBinary {
  CIFAR_10(1, 10, "batches.meta.txt", "data_batch_\\d+\\.bin|test_batch\\.bin"),
  CIFAR_100(2, 100, "fine_label_names.txt", "train\\.bin|test\\.bin");

  private static final int SIDE = 32;
  private static final int SAMPLES = 3 * SIDE * SIDE;
  private static final Pattern TRAINING = Pattern.compile("data_batch_\\d+\\.bin|train\\.bin");

  private final int labelBytes;
  private final int classes;
  private final String namesFile;
  private final Pattern fileNames;

  CifarBinary(int labelBytes, int classes, String namesFile, String fileNames) {
    this.labelBytes = labelBytes;
    this.classes = classes;
    this.namesFile = namesFile;
    this.fileNames = Pattern.compile(fileNames);
  }

  /** Returns the files of a folder that have the names these data sets use, sorted. */
  static List<Path> filesIn(Path folder) {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "*.bin")) {
      for (Path entry : entries) {
        if (CIFAR_10.named(entry) || CIFAR_100.named(entry)) {
          files.add(entry);
        }
      }
    } catch (IOException e) {
      throw new DataException(folder + ": cannot be listed: " + e, e);
    }
    Collections.sort(files);
    return files;
  }

  /**
   * Opens all training files, or the test file, of a folder.
   *
   * @param files what {@link #filesIn} found; not empty
   * @throws DataException if there are both, or both data sets, or as {@link #open}
   */
  static ImageSource openFolder(Path folder, List<Path> files) {
    long training = files.stream().filter(f -> TRAINING.matcher(fileName(f)).matches()).count();
    long ofFirstKind = files.stream().filter(CIFAR_10::named).count();
    if ((training != 0 && training != files.size())
        || (ofFirstKind != 0 && ofFirstKind != files.size())) {
      throw new DataException(
          folder
              + ": holds several sets of images ("
              + String.join(", ", names(files))
              + "): name the file that is meant");
    }
    return open(folder, files);
  }

  /**
   * Opens a file, whatever its name.
   *
   * @throws DataException if it is empty, or not a whole number of records, or a label is out of
   *     range
   */
  static ImageSource openFile(Path file) {
    return open(file, List.of(file));
  }

  private static ImageSource open(Path where, List<Path> files) {
    try {
      CifarBinary kind = kindOf(files.get(0));
      byte[] records = kind.read(files);
      if (records.length == 0) {
        throw new DataException("no images in " + where + ": the file is empty");
      }
      Path folder = files.get(0).toAbsolutePath().getParent();
      var layout = new InMemoryImages.Layout(kind.recordBytes(), kind.labelBytes, 3, SIDE, SIDE);
      List<String> classNames =
          folder == null ? InMemoryImages.numbered(kind.classes) : kind.classNames(folder);
      return new InMemoryImages(
          where.toString(), layout, records, kind.labels(records, where), classNames);
    } catch (IOException e) {
      throw new DataException(where + ": cannot be read: " + e, e);
    }
  }

  /** Goes by the name, and where that says nothing by the length. */
  private static CifarBinary kindOf(Path file) throws IOException {
    long bytes = Files.size(file);
    boolean fits10 = bytes % CIFAR_10.recordBytes() == 0;
    boolean fits100 = bytes % CIFAR_100.recordBytes() == 0;
    if (CIFAR_10.named(file) || (fits10 && !fits100)) {
      return CIFAR_10;
    }
    if (CIFAR_100.named(file) || (fits100 && !fits10)) {
      return CIFAR_100;
    }
    throw new DataException(
        file
            + ": "
            + bytes
            + " bytes, expected a multiple of 3073 (CIFAR-10) or of 3074 (CIFAR-100)"
            + (fits10
                ? ", but not of both: name it as that data set does, test.bin for example"
                : ""));
  }

  private byte[] read(List<Path> files) throws IOException {
    long total = 0;
    for (Path file : files) {
      long bytes = Files.size(file);
      if (bytes % recordBytes() != 0) {
        throw new DataException(
            file
                + ": "
                + bytes
                + " bytes, expected a multiple of "
                + recordBytes()
                + ", the record of "
                + this
                + ": the file is damaged; fetch it again");
      }
      total += bytes;
    }
    if (total > Integer.MAX_VALUE - 8) {
      throw new DataException(
          files.get(0) + ": " + total + " bytes, more than is held in memory: split the file");
    }
    byte[] records = new byte[(int) total];
    int at = 0;
    for (Path file : files) {
      try (InputStream in = Files.newInputStream(file)) {
        at += in.readNBytes(records, at, (int) Files.size(file));
      }
    }
    return records;
  }

  private int[] labels(byte[] records, Path where) {
    int[] labels = new int[records.length / recordBytes()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = records[i * recordBytes() + labelBytes - 1] & 0xff;
      if (labels[i] >= classes) {
        throw new DataException(
            where
                + ": image "
                + i
                + " has label "
                + labels[i]
                + ", expected less than "
                + classes
                + " in "
                + this
                + ": the file is damaged or of another data set");
      }
    }
    return labels;
  }

  /** The file has one name a line, and an empty line or two at the end. */
  private List<String> classNames(Path folder) throws IOException {
    Path file = folder.resolve(namesFile);
    if (!Files.isRegularFile(file)) {
      return InMemoryImages.numbered(classes);
    }
    List<String> names =
        Files.readString(file, StandardCharsets.ISO_8859_1)
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .toList();
    if (names.size() != classes) {
      throw new DataException(
          file
              + ": "
              + names.size()
              + " class names, expected "
              + classes
              + ": the file is damaged; fetch it again, or remove it to have numbers for names");
    }
    return names;
  }

  private int recordBytes() {
    return labelBytes + SAMPLES;
  }

  private boolean named(Path file) {
    return fileNames.matcher(fileName(file)).matches();
  }

  private static List<String> names(List<Path> files) {
    return files.stream().map(CifarBinary::fileName).toList();
  }

  private static String fileName(Path file) {
    Path last = file.getFileName();
    return last == null ? "" : last.toString();
  }

  /** Returns {@code CIFAR-10}. */
  @Override
  public String toString() {
    return name().replace('_', '-');
  }
}
