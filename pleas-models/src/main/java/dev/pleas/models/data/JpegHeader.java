package dev.pleas.models.data;

import java.io.IOException;

/**
 * What a JPEG file says about its colours. The rules are libjpeg's; ImageIO's readers have others,
 * and apply colour profiles, which the usual pipelines for training do not.
 *
 * @param colors what the decoded components are
 */
record JpegHeader(Colors colors) {
  /** What the decoded components are. */
  enum Colors {
    GRAY,
    YCBCR,
    RGB,
    /** Stored inverted: 255 is no ink. */
    CMYK,
    /** CMYK whose first three, inverted, are YCbCr. */
    YCCK
  }

  /**
   * Reads the markers up to the first scan, and looks for the end of the image behind it.
   *
   * @param file a whole file, not modified
   * @throws IOException if a marker or the end is missing
   */
  static JpegHeader parse(byte[] file) throws IOException {
    Markers markers = new Markers(file);
    int scan = markers.readUntilScan();
    if (!hasEnd(file, scan)) {
      throw new IOException("the file is truncated (no end-of-image marker)");
    }
    return new JpegHeader(markers.colors());
  }

  /** Compressed data has no 0xFF 0xD9 of its own: 0xFF is followed by 0 there. */
  private static boolean hasEnd(byte[] file, int from) {
    for (int i = from; i + 1 < file.length; i++) {
      if ((file[i] & 0xff) == 0xff && (file[i + 1] & 0xff) == 0xd9) {
        return true;
      }
    }
    return false;
  }

  /** The markers of one file, and what they have said so far. */
  private static final class Markers {
    private static final int START_OF_SCAN = 0xda;
    private static final int APP0 = 0xe0;
    private static final int APP14 = 0xee;

    private final byte[] file;
    private boolean jfif;
    private boolean adobe;
    private int adobeTransform;
    private int components;
    private int componentIds;

    Markers(byte[] file) {
      this.file = file;
    }

    int readUntilScan() throws IOException {
      int at = 2;
      while (true) {
        while (unsigned(at) == 0xff && unsigned(at + 1) == 0xff) {
          at++;
        }
        int marker = unsigned(at + 1);
        if (unsigned(at) != 0xff) {
          throw new IOException("expected a JPEG marker at byte " + at);
        }
        at += 2;
        if (marker == START_OF_SCAN) {
          return at;
        }
        if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
          continue; // no length follows
        }
        int length = unsigned(at) << 8 | unsigned(at + 1);
        readSegment(marker, at + 2, length - 2);
        at += Math.max(2, length);
      }
    }

    private void readSegment(int marker, int at, int length) throws IOException {
      if (marker == APP0 && length >= 14 && startsWith(at, "JFIF\0")) {
        jfif = true;
      } else if (marker == APP14 && length >= 12 && startsWith(at, "Adobe")) {
        adobe = true;
        adobeTransform = unsigned(at + 11);
      } else if (isStartOfFrame(marker)) {
        components = unsigned(at + 5);
        componentIds = 0;
        for (int c = 0; c < components && c < 3; c++) {
          componentIds = componentIds << 8 | unsigned(at + 6 + 3 * c);
        }
      }
    }

    private static boolean isStartOfFrame(int marker) {
      boolean inRange = marker >= 0xc0 && marker <= 0xcf;
      return inRange && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    Colors colors() throws IOException {
      return switch (components) {
        case 1 -> Colors.GRAY;
        case 3 -> storedAsRgb() ? Colors.RGB : Colors.YCBCR;
        case 4 -> adobe && adobeTransform == 2 ? Colors.YCCK : Colors.CMYK;
        default -> throw new IOException(components + " colour components, expected 1, 3 or 4");
      };
    }

    private boolean storedAsRgb() {
      if (jfif) {
        return false;
      }
      return adobe ? adobeTransform == 0 : componentIds == ('R' << 16 | 'G' << 8 | 'B');
    }

    private boolean startsWith(int at, String text) throws IOException {
      for (int i = 0; i < text.length(); i++) {
        if (unsigned(at + i) != text.charAt(i)) {
          return false;
        }
      }
      return true;
    }

    private int unsigned(int at) throws IOException {
      if (at >= file.length) {
        throw new IOException("the file ends in its header");
      }
      return file[at] & 0xff;
    }
  }
}
