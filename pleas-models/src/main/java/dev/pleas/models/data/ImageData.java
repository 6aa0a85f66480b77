package dev.pleas.models.data;

import dev.pleas.api.error.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens images, or texts. What it is, the path and its content tell:
 *
 * <ul>
 *   <li>A folder with the {@code .bin} files of CIFAR-10 or CIFAR-100: all its training files, or
 *       its test file. A folder with both is refused; name the file instead.
 *   <li>Any other folder: images (JPEG, PNG, WebP, BMP, TIFF, GIF). Sub-folders with images are
 *       classes, in the order of their names; without such, the images of the folder have no
 *       labels.
 *   <li>A file that ends in {@code .bin}: CIFAR. Class names come from {@code batches.meta.txt} or
 *       {@code fine_label_names.txt} beside it, if they are there.
 *   <li>A file that ends as an image does: that image, without a label.
 *   <li>A file that ends in {@code .safetensors}: texts, as ids of words that a tokenizer made:
 *       {@code input_ids} [N, T], 0 for padding, and perhaps {@code labels} [N].
 *   <li>Any other file: IDX, plain or gzip, of N×H×W or N×C×H×W bytes. Without an explicit file of
 *       labels, the one beside it is taken, by the usual names: {@code train-images-idx3-ubyte.gz}
 *       has {@code train-labels-idx1-ubyte.gz}. The number of classes is the largest label and one.
 * </ul>
 *
 * <p>IDX and CIFAR files are held in memory as bytes. Images of folders are decoded on every read,
 * by several threads, and not kept. Decoded pixels equal Pillow's {@code convert("RGB")} (alpha
 * dropped, palettes looked up, profiles and EXIF orientation ignored), with two exceptions: 16-bit
 * gray keeps its upper 8 bits, where Pillow cuts off all above 255; and lossy WebP has its colour
 * (not its brightness) upsampled by repetition, where libwebp interpolates.
 */
public final class ImageData {
  private ImageData() {}

  /**
   * Opens data, checks it as far as its headers go, and decodes the first image.
   *
   * @return samples in the order of the data, of one shape
   * @throws DataException if there is nothing at the path, no image in it, nothing left of the
   *     selection, or the files are damaged, do not belong together or do not fit the preprocessing
   */
  public static LabeledSamples open(DataSpec spec) {
    Path path = spec.path();
    if (!Files.exists(path)) {
      throw new DataException(path + ": no such file or folder");
    }
    if (TokenSamples.isTexts(path)) {
      refuseLabels(spec, "a file of texts, which has its own");
      return TokenSamples.open(spec);
    }
    ImageSource source = Files.isDirectory(path) ? openFolder(spec) : openFile(spec);
    return new ImageSamples(source, spec);
  }

  private static ImageSource openFolder(DataSpec spec) {
    refuseLabels(spec, "a folder");
    List<Path> cifar = CifarBinary.filesIn(spec.path());
    return cifar.isEmpty()
        ? ImageFolder.open(spec.path())
        : CifarBinary.openFolder(spec.path(), cifar);
  }

  private static ImageSource openFile(DataSpec spec) {
    Path path = spec.path();
    if (String.valueOf(path.getFileName()).endsWith(".bin")) {
      refuseLabels(spec, "a CIFAR file, which has its own");
      return CifarBinary.openFile(path);
    }
    if (ImageFolder.isImage(path)) {
      refuseLabels(spec, "a single image");
      return ImageFolder.ofFile(path);
    }
    if (!beginsLikeIdx(path)) {
      throw new DataException(
          path
              + ": not a format of data that is known here: expected an IDX file (plain or gzip), a"
              + " CIFAR .bin file, an image, a folder of images, or texts as .safetensors");
    }
    return IdxImages.open(path, spec.labels());
  }

  private static void refuseLabels(DataSpec spec, String what) {
    if (spec.labels() != null) {
      throw new DataException(
          spec.labels()
              + ": a file of labels goes with an IDX file of images, but "
              + spec.path()
              + " is "
              + what);
    }
  }

  private static boolean beginsLikeIdx(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return IdxFile.begins(in.read(), in.read());
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }
}
