package dev.pleas.models.data;

import dev.pleas.api.error.DataException;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An IDX file of unsigned bytes, plain or gzip: two zero bytes, the element type (8), the number of
 * dimensions, each dimension as a big-endian 32-bit number, the elements. Nothing is allocated
 * before the declared size has been held against the file's.
 */
final class IdxFile {
  private static final int UNSIGNED_BYTE = 8;

  /** No array can be longer. */
  private static final long MAX_BYTES = Integer.MAX_VALUE - 8;

  /** Deflate stores at most 258 bytes in 2 bits; this leaves room for its framing. */
  private static final long MAX_INFLATION = 1032;

  private static final String REMEDY = "fetch the file again";

  private final List<Integer> dims;
  private final byte[] elements;

  private IdxFile(List<Integer> dims, byte[] elements) {
    this.dims = List.copyOf(dims);
    this.elements = elements;
  }

  /** Returns the dimensions, outermost first. */
  List<Integer> dims() {
    return dims;
  }

  /** Returns the elements, row-major: the array itself. */
  byte[] elements() {
    return elements;
  }

  /** Returns whether a file that begins so can be an IDX file, plain or packed. */
  static boolean begins(int first, int second) {
    return (first == 0 && second == 0) || isGzip(first, second);
  }

  private static boolean isGzip(int first, int second) {
    return first == 0x1f && second == 0x8b;
  }

  /**
   * Reads a file.
   *
   * @throws DataException if it is not of this format, is damaged, or declares another size than it
   *     has
   */
  static IdxFile read(Path file) {
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      long fileBytes = Files.size(file);
      raw.mark(2);
      boolean gzip = isGzip(raw.read(), raw.read());
      raw.reset();
      if (!gzip) {
        return read(new DataInputStream(raw), file, fileBytes, false);
      }
      try (DataInputStream unpacked = new DataInputStream(new GZIPInputStream(raw, 1 << 16))) {
        return read(unpacked, file, fileBytes, true);
      }
    } catch (ZipException e) {
      throw new DataException(file + ": damaged gzip data (" + e.getMessage() + "); " + REMEDY, e);
    } catch (EOFException e) {
      throw new DataException(file + ": the gzip data ends early; " + REMEDY, e);
    } catch (NoSuchFileException e) {
      throw new DataException(file + ": there is no such file", e);
    } catch (IOException e) {
      throw new DataException(file + ": cannot be read: " + e, e);
    }
  }

  private static IdxFile read(DataInputStream in, Path file, long fileBytes, boolean gzip)
      throws IOException {
    byte[] magic = in.readNBytes(4);
    if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
      throw new DataException(
          file
              + (gzip ? ": the gzip data holds no IDX file" : ": not an IDX file")
              + " (expected two zero bytes, the type and the number of dimensions, found "
              + hex(magic)
              + "); unpack it first if it is an archive");
    }
    if (magic[2] != UNSIGNED_BYTE) {
      throw new DataException(
          file
              + ": IDX elements of type 0x"
              + hex(magic[2])
              + ", expected 0x08, unsigned bytes: convert the images to bytes of 0 … 255");
    }
    List<Integer> dims = readDims(in, file, magic[3]);
    long elements = product(dims, file);
    long headerBytes = 4 + 4L * dims.size();
    long available =
        gzip ? Math.multiplyExact(fileBytes, MAX_INFLATION) : Math.max(0, fileBytes - headerBytes);
    if (gzip ? elements > available : elements != available) {
      throw new DataException(
          file
              + ": the header declares "
              + dims
              + ", "
              + elements
              + " bytes, found "
              + (gzip
                  ? "a gzip file that can hold " + available + " at most"
                  : available + " bytes")
              + ": the file is damaged; "
              + REMEDY);
    }
    byte[] read = in.readNBytes((int) elements);
    // Reading on to the end also has the check sum of a gzip file checked.
    if (read.length != elements || in.read() >= 0) {
      throw new DataException(
          file
              + ": the header declares "
              + dims
              + ", "
              + elements
              + " bytes, found "
              + (read.length < elements ? read.length + " bytes" : "more")
              + ": the file is damaged; "
              + REMEDY);
    }
    return new IdxFile(dims, read);
  }

  private static List<Integer> readDims(DataInputStream in, Path file, int count)
      throws IOException {
    if (count < 1 || count > 4) {
      throw new DataException(
          file
              + ": an IDX file of "
              + count
              + " dimensions, expected 3 or 4 for images (N×H×W, N×C×H×W), 1 for labels");
    }
    byte[] bytes = in.readNBytes(4 * count);
    if (bytes.length < 4 * count) {
      throw new DataException(
          file
              + ": the IDX header ends early, after "
              + (4 + bytes.length)
              + " of "
              + (4 + 4 * count)
              + " bytes; "
              + REMEDY);
    }
    List<Integer> dims = new ArrayList<>();
    for (int d = 0; d < count; d++) {
      int dim =
          (bytes[4 * d] & 0xff) << 24
              | (bytes[4 * d + 1] & 0xff) << 16
              | (bytes[4 * d + 2] & 0xff) << 8
              | (bytes[4 * d + 3] & 0xff);
      if (dim < 0) {
        throw new DataException(
            file
                + ": IDX dimension "
                + d
                + " is "
                + Integer.toUnsignedString(dim)
                + ", expected less than 2147483648: the header is damaged; "
                + REMEDY);
      }
      dims.add(dim);
    }
    return dims;
  }

  private static long product(List<Integer> dims, Path file) {
    long elements = dims.contains(0) ? 0 : 1;
    for (int dim : dims) {
      elements *= dim;
      if (elements > MAX_BYTES) {
        throw new DataException(
            file
                + ": the header declares "
                + dims
                + ", more than "
                + MAX_BYTES
                + " bytes, the most that is held in memory: split the file, or use a folder of images");
      }
    }
    return elements;
  }

  private static String hex(byte... bytes) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes);
  }
}
