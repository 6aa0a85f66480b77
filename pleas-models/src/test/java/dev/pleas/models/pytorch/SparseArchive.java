package dev.pleas.models.pytorch;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Writes zip archives with entries that take no room on the disk, byte by byte as the specification
 * says (PKWARE, APPNOTE 6.3, sections 4.3 and 4.5.3), all sizes and places in Zip64 fields.
 */
final class SparseArchive implements Closeable {
  private static final int VERSION = 45; // the first with Zip64

  private final FileChannel channel;
  private final ByteArrayOutputStream directory = new ByteArrayOutputStream();
  private long position;
  private int entries;

  SparseArchive(Path path) throws IOException {
    channel =
        FileChannel.open(
            path,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.SPARSE);
  }

  /** Adds an entry of zeros. */
  void hole(String name, long bytes) throws IOException {
    header(name, bytes);
    position += bytes;
  }

  void entry(String name, byte[] bytes) throws IOException {
    header(name, bytes.length);
    write(ByteBuffer.wrap(bytes));
  }

  private void header(String name, long bytes) throws IOException {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    byte[] record = new byte[46 + text.length + 28];
    ByteBuffer central = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN);
    central.putInt(0x02014b50).putShort((short) VERSION).putShort((short) VERSION);
    central.position(20).putInt(-1).putInt(-1).putShort((short) text.length).putShort((short) 28);
    central.position(42).putInt(-1).put(text);
    central.putShort((short) 1).putShort((short) 24).putLong(bytes).putLong(bytes);
    central.putLong(position);
    directory.writeBytes(record);
    ByteBuffer local = little(30 + text.length + 20);
    local.putInt(0x04034b50).putShort((short) VERSION);
    local.position(18).putInt(-1).putInt(-1).putShort((short) text.length).putShort((short) 20);
    local.put(text).putShort((short) 1).putShort((short) 16).putLong(bytes).putLong(bytes);
    write(local.flip());
    entries++;
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      long start = position;
      write(ByteBuffer.wrap(directory.toByteArray()));
      ByteBuffer end = little(56 + 20 + 22);
      end.putInt(0x06064b50).putLong(44).putShort((short) VERSION).putShort((short) VERSION);
      end.putInt(0).putInt(0).putLong(entries).putLong(entries);
      end.putLong(directory.size()).putLong(start);
      end.putInt(0x07064b50).putInt(0).putLong(position).putInt(1);
      end.putInt(0x06054b50).putInt(0).putShort((short) -1).putShort((short) -1);
      end.putInt(-1).putInt(-1).putShort((short) 0);
      write(end.flip());
    }
  }
}
