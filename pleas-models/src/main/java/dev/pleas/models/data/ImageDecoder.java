package dev.pleas.models.data;

import dev.pleas.api.error.DataException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes image files with the ImageIO readers on the classpath; the content decides which, not the
 * name. Of several images in a file the first counts. The orientation that EXIF may note is
 * ignored, as it is by {@code PIL.Image.open}.
 */
final class ImageDecoder {
  private static final long MAX_FILE_BYTES = 1L << 30;

  private ImageDecoder() {}

  /**
   * Decodes a file.
   *
   * @throws DataException if it cannot be read or decoded, naming it
   */
  static PixelImage decode(Path file) {
    return guarded(file, () -> decodeBytes(readAll(file)));
  }

  /**
   * Returns the size of an image from its header.
   *
   * @throws DataException if it cannot be read, naming it
   */
  static ImageSource.Size size(Path file) {
    return guarded(
        file,
        () -> {
          try (InputStream raw = Files.newInputStream(file);
              ImageInputStream in = new MemoryCacheImageInputStream(raw)) {
            ImageReader reader = readerOf(in);
            try {
              return checkedSize(reader);
            } finally {
              reader.dispose();
            }
          }
        });
  }

  private interface Reading<T> {
    T read() throws IOException;
  }

  private static <T> T guarded(Path file, Reading<T> reading) {
    try {
      return reading.read();
    } catch (IOException | RuntimeException e) {
      // Readers meet damaged files with all sorts of unchecked exceptions.
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      throw new DataException(
          file
              + ": cannot be decoded as an image: "
              + reason
              + ": replace the file, or leave it out",
          e);
    }
  }

  private static byte[] readAll(Path file) throws IOException {
    long bytes = Files.size(file);
    if (bytes > MAX_FILE_BYTES) {
      throw new IOException(bytes + " bytes, expected at most " + MAX_FILE_BYTES);
    }
    return Files.readAllBytes(file);
  }

  private static PixelImage decodeBytes(byte[] file) throws IOException {
    boolean jpeg = file.length > 2 && (file[0] & 0xff) == 0xff && (file[1] & 0xff) == 0xd8;
    refuseTruncatedRiff(file);
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      ImageReader reader = readerOf(in);
      try {
        checkedSize(reader);
        if (jpeg) {
          JpegHeader header = JpegHeader.parse(file);
          return StoredColors.convert(reader.readRaster(0, null), header.colors());
        }
        BufferedImage image = reader.read(0);
        return StoredColors.convert(image.getRaster(), image.getColorModel());
      } finally {
        reader.dispose();
      }
    }
  }

  /** The WebP reader fills what is missing with nonsense, so the length is checked here. */
  private static void refuseTruncatedRiff(byte[] file) throws IOException {
    if (file.length < 12 || file[0] != 'R' || file[1] != 'I' || file[2] != 'F' || file[3] != 'F') {
      return;
    }
    long declared =
        (file[4] & 0xffL)
            | (file[5] & 0xffL) << 8
            | (file[6] & 0xffL) << 16
            | (file[7] & 0xffL) << 24;
    if (declared + 8 > file.length) {
      throw new IOException(
          "the file is truncated: it declares " + (declared + 8) + " bytes, found " + file.length);
    }
  }

  private static ImageReader readerOf(ImageInputStream in) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
    if (!readers.hasNext()) {
      throw new IOException(
          "no image format that the ImageIO readers here know ("
              + String.join(", ", ImageFolder.EXTENSIONS)
              + " by default; TwelveMonkeys ImageIO has jars for more)");
    }
    ImageReader reader = readers.next();
    reader.setInput(in, true, true);
    return reader;
  }

  private static ImageSource.Size checkedSize(ImageReader reader) throws IOException {
    int height = reader.getHeight(0);
    int width = reader.getWidth(0);
    if ((long) height * width > PixelImage.MAX_PIXELS) {
      throw new IOException(
          height + "×" + width + " pixels, expected at most " + PixelImage.MAX_PIXELS);
    }
    return new ImageSource.Size(height, width);
  }
}
